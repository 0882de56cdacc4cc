import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUser, password } from './people.ts';
import { connectSocket } from './socket-client.ts';
import { createTestApp, type TestApp } from './test-app.ts';

let plant: TestApp;
let proxy: Server;
/** Ports of the server itself and of the proxy in front of it. */
let serverPort: number;
let proxyPort: number;

beforeAll(async () => {
  plant = await createTestApp({ env: { ACCESS: 'closed', DEMO: '0' } });
  await addUser(plant, 'admin', 'admin');
  serverPort = Number(new URL(await plant.listen()).port);
  proxy = startProxy(serverPort);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyPort = (proxy.address() as AddressInfo).port;
});
afterAll(async () => {
  proxy.close();
  proxy.closeAllConnections();
  await plant.close();
});

/** As nginx with `proxy_set_header Host $host`: the name without its port, and WebSockets as they are. */
function startProxy(port: number): Server {
  const passed = (headers: IncomingHttpHeaders) => ({
    ...headers,
    host: headers.host?.replace(/:\d+$/, ''),
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
  });
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const onward = request({ port, host: '127.0.0.1', method, path, headers: passed(headers) }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    asked.pipe(onward);
  });
  server.on('upgrade', (asked, client) => {
    const onward = connect(port, '127.0.0.1', () => {
      const lines = Object.entries(passed(asked.headers)).map(([name, value]) => `${name}: ${value}`);
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
  });
  return server;
}

/** Status and cookie of a sign-in at the proxy by the form of a page. */
function signInFrom(origin: string): Promise<{ status: number; cookie: string }> {
  const body = new URLSearchParams({ name: 'admin', password }).toString();
  const headers = {
    host: `plant-hub:${proxyPort}`,
    origin,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const form = { port: proxyPort, host: '127.0.0.1', method: 'POST', path: '/login', headers };
    request(form, (answer) => {
      answer.resume();
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, cookie }));
    })
      .on('error', reject)
      .end(body);
  });
}

async function openSocketFrom(origin: string, cookie: string): Promise<number> {
  const headers = { host: `plant-hub:${proxyPort}`, origin, cookie };
  const { socket, opened, ended } = connectSocket(`ws://127.0.0.1:${proxyPort}/ws/images`, { headers });
  const status = await Promise.race([opened.then(() => 101), ended]);
  socket.terminate();
  return status;
}

test('behind a proxy that drops the port of the Host, people sign in and screens open their sockets', async () => {
  const own = `http://plant-hub:${proxyPort}`;
  const { status, cookie } = await signInFrom(own);
  expect(status).toBe(303);
  expect(await openSocketFrom(own, cookie)).toBe(101);
  for (const foreign of ['http://evil.example', `http://evil:${proxyPort}`, 'null']) {
    expect((await signInFrom(foreign)).status, foreign).toBe(403);
    expect(await openSocketFrom(foreign, cookie), foreign).toBe(403);
  }
});

test('without the proxy a page of another port of the same name stays foreign', async () => {
  const form = async (origin: string) => {
    const headers = { host: `plant-hub:${serverPort}`, origin };
    return (await plant.post('/login', { headers, body: new URLSearchParams({ name: 'x', password: 'x' }) }))
      .status;
  };
  expect(await form(`http://plant-hub:${serverPort + 1}`)).toBe(403);
  expect(await form(`http://plant-hub:${serverPort}`)).not.toBe(403);
});
