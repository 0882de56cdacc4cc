import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { request as requestTls } from 'node:https';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCertificate } from '../../../testing/certificates.ts';
import { findFreePort } from '../../../testing/free-port.ts';
import { sendRaw } from '../../../testing/raw-request.ts';
import { connectSocket } from '../../../testing/socket-client.ts';
import { createLog } from '../../log.ts';
import { createTopics, type Topics } from '../../stream/topics.ts';
import { systemClock } from '../../time/clock.ts';
import type { AppEnv } from '../env.ts';
import { createErrorHandlers } from '../error-handlers.ts';
import { may } from '../guards/may.ts';
import { requestLog } from '../guards/request-log.ts';
import { securityHeaders } from '../guards/security-headers.ts';
import { createListeners, type Listeners, originOf, wantedPorts } from './listeners.ts';
import { createSockets } from './sockets.ts';
import { openTls, type Tls } from './tls.ts';

const log = createLog({ level: 'silent', pretty: false });
const names = ['localhost', '127.0.0.1'];
const authority = createCertificate({ name: 'Plant CA', isAuthority: true });
const ca = authority.cert;
const createPair = () => createCertificate({ name: 'linesight', names, issuer: authority.issuer });

let folder: string;
let tls: Tls;
let topics: Topics;
let listeners: Listeners;
/** Requests for /slow that have come. */
let slowOnes = 0;
beforeEach(async () => {
  slowOnes = 0;
  folder = mkdtempSync(join(tmpdir(), 'linesight-listeners-'));
  writePair();
  const [certPath, keyPath] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  tls = await openTls({ certPath, keyPath, clock: systemClock, log });
});
afterEach(async () => {
  await listeners?.stop({ graceMs: 100 });
  await tls.stop();
  rmSync(folder, { recursive: true });
});

function writePair() {
  const { cert, key } = createPair();
  writeFileSync(join(folder, 'server.crt'), cert + ca);
  writeFileSync(join(folder, 'server.key'), key);
}

/** One main port and one more, as asked for: with or without TLS. */
async function start(main: 'tls' | 'plain', other: 'tls' | 'plain') {
  const sockets = createSockets({ clock: systemClock, log, maxSockets: 9 });
  topics = createTopics({ clock: systemClock, log, version: '1', maxViewers: 9 });
  topics.define({
    path: '/cards',
    events: [],
    render: () => ({ containerId: 'c', parts: [], html: 'cards' }),
  });
  const app = new Hono<AppEnv>();
  app.onError(createErrorHandlers({ renderProblem: (_c, problem) => problem.message }).onError);
  app.use(requestLog({ log }), securityHeaders());
  app.get(
    '/',
    sockets.route('look', (socket) => {
      socket.send('hello');
      return { onMessage: (text) => socket.send(`you said ${text}`) };
    }),
    may('look'),
    (c) => c.text(`a page of ${c.req.url}`),
  );
  app.post('/echo', may('look'), async (c) => c.text(`${(await c.req.text()).length}`));
  app.get('/slow', may('look'), async (c) => {
    slowOnes += 1;
    await sleep(300);
    return c.text('done');
  });
  app.route('/', topics.routes());
  const ports = [
    { port: 0, setting: 'PORT', tls: main === 'tls' },
    { port: 0, setting: 'COMPAT_PORTS', tls: other === 'tls' },
  ];
  listeners = createListeners({ host: '127.0.0.1', ports, log, tls, sockets, endStreams: topics.stop });
  await listeners.start(app.fetch);
  return listeners.list().map(({ port }) => port) as [number, number];
}

/** One request by HTTP/1.1, over TLS where the address says so. */
function ask(
  url: string,
  { method = 'GET', body = '' } = {},
): Promise<{ status: number; text: string; headers: object }> {
  const send = url.startsWith('https:') ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, ca, agent: false }, async (answer) => {
      const text = (await answer.toArray()).join('');
      resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers });
    });
    outgoing.on('error', reject).end(body);
  });
}

async function openHttp2(port: number): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://localhost:${port}`, { ca });
  session.on('error', () => {});
  await new Promise((resolve) => session.once('connect', resolve));
  return session;
}

async function readHttp2(stream: ClientHttp2Stream): Promise<{ status: number; text: string }> {
  const status = new Promise<number>((resolve) => {
    stream.once('response', (headers) => resolve(Number(headers[':status'])));
  });
  const text = (await stream.toArray()).join('');
  return { status: await status, text };
}

describe('with a certificate', () => {
  test('a port serves HTTP/2, and HTTP/1.1 to clients without it', async () => {
    const [port] = await start('tls', 'plain');
    const old = await ask(`https://localhost:${port}/`);
    expect([old.status, old.text]).toEqual([200, `a page of https://localhost:${port}/`]);
    expect(old.headers).toMatchObject({ 'cross-origin-opener-policy': 'same-origin' });
    expect(old.headers).not.toHaveProperty('strict-transport-security');
    const session = await openHttp2(port);
    expect(session.alpnProtocol).toBe('h2');
    const many = Array.from({ length: 50 }, () => readHttp2(session.request({ ':path': '/' })));
    expect(new Set((await Promise.all(many)).map(({ text }) => text))).toEqual(new Set([old.text]));
    const post = session.request({ ':method': 'POST', ':path': '/echo' });
    post.end('x'.repeat(200_000));
    expect(await readHttp2(post)).toEqual({ status: 200, text: '200000' });
    session.close();
  });

  test('the live stream runs over HTTP/2, and a browser that disconnects leaves nothing behind', async () => {
    const [port] = await start('tls', 'plain');
    const session = await openHttp2(port);
    const path = '/stream?topics=/cards';
    const stream = session.request({ ':path': path, 'accept-encoding': 'identity' });
    stream.on('error', () => {});
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    await expect.poll(() => text).toMatch(/event: ?ping[\s\S]*cards/);
    expect(topics.stats().viewers).toBe(1);
    stream.close();
    await expect.poll(() => topics.stats().viewers).toBe(0);
    const slow = session.request({ ':path': '/slow' });
    slow.on('error', () => {});
    await expect.poll(() => slowOnes).toBe(1);
    session.destroy();
    await sleep(400);
    expect((await ask(`https://localhost:${port}/`)).status).toBe(200);
  });

  test('WebSockets open at each port, over TLS and in plain', async () => {
    const [secure, plain] = await start('tls', 'plain');
    for (const url of [`wss://localhost:${secure}/`, `ws://localhost:${plain}/`]) {
      const origin = url.replace('ws', 'http').replace(/\/$/, '');
      const { socket, messages, opened } = connectSocket(url, { ca, headers: { origin } });
      await opened;
      socket.send('one');
      await expect.poll(() => messages).toEqual(['hello', 'you said one']);
      socket.close();
    }
  });

  test('a page in plain text of the same name is another site', async () => {
    const [port] = await start('tls', 'plain');
    const headers = { origin: `http://localhost:${port}` };
    expect(await connectSocket(`wss://localhost:${port}/`, { ca, headers }).ended).toBe(403);
  });

  test('plain HTTP is redirected for pages and refused for programs, and nothing else is sent in plain text', async () => {
    const [port] = await start('tls', 'tls');
    const page = await ask(`http://localhost:${port}/inspections?period=1d`);
    expect(page.status).toBe(308);
    expect(page.headers).toMatchObject({ location: `https://localhost:${port}/inspections?period=1d` });
    const post = await ask(`http://localhost:${port}/echo`, { method: 'POST', body: 'secret' });
    expect([post.status, post.text]).toEqual([400, expect.stringContaining('https://')]);
    expect(await connectSocket(`ws://localhost:${port}/`).ended).toBe(308);
    expect(await sendRaw(`http://127.0.0.1:${port}`, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('clients that send nothing, or garbage, block no others', async () => {
    const [port] = await start('tls', 'tls');
    const silent = Array.from({ length: 20 }, () => connectTcp(port, '127.0.0.1'));
    const broken = connectTcp(port, '127.0.0.1');
    for (const socket of [...silent, broken]) socket.on('error', () => {});
    broken.write(Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff, 1, 2, 3]));
    broken.end();
    expect((await ask(`https://localhost:${port}/`)).status).toBe(200);
    await listeners.stop({ graceMs: 300 });
  });

  test('a renewed certificate is used for new connections, and open ones continue', async () => {
    const [port] = await start('tls', 'tls');
    const session = await openHttp2(port);
    const before = await serialAt(port);
    writePair();
    await tls.reload();
    expect(await serialAt(port)).not.toBe(before);
    expect((await readHttp2(session.request({ ':path': '/' }))).status).toBe(200);
    session.close();
  });

  function serialAt(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.end();
      });
      socket.on('error', reject);
    });
  }
});

/** A stop that waits for it never comes to its end here. */
const longerThanTests = 600_000;

test('all ports end together: streams and sockets close, requests under way finish', async () => {
  const [secure, plain] = await start('tls', 'plain');
  const session = await openHttp2(secure);
  const stream = session.request({ ':path': '/stream?topics=/cards' });
  const streamEnded = new Promise((resolve) => stream.once('close', () => resolve('closed')));
  stream.resume().on('error', () => {});
  const sockets = [
    connectSocket(`wss://localhost:${secure}/`, { ca }),
    connectSocket(`ws://localhost:${plain}/`),
  ];
  await Promise.all(sockets.map(({ opened }) => opened));
  const slow = [
    readHttp2(session.request({ ':path': '/slow' })).then(({ text }) => text),
    ...[`https://localhost:${secure}/slow`, `http://localhost:${plain}/slow`].map(
      async (url) => (await ask(url)).text,
    ),
  ];
  await expect.poll(() => slowOnes, { interval: 5 }).toBe(3);
  await listeners.stop({ graceMs: longerThanTests });
  expect(await Promise.all(slow)).toEqual(['done', 'done', 'done']);
  expect(await Promise.all(sockets.map(({ ended }) => ended))).toEqual([1001, 1001]);
  expect(await streamEnded).toBe('closed');
});

test('a further port in use stops the start with its setting, and the ports before it are let go', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port: taken } = other.address() as { port: number };
  const free = await findFreePort();
  const ports = wantedPorts({ port: free, compatPorts: [], imageReceiverPort: taken, compatTls: true });
  listeners = createListeners({ host: '127.0.0.1', ports, log, tls: undefined, endStreams: () => {} });
  const app = new Hono().get('/', (c) => c.text(''));
  await expect(listeners.start(app.fetch)).rejects.toThrow(
    `Port ${taken} is in use by another program. Stop it or set IMAGE_RECEIVER_PORT to a free one.`,
  );
  await expect(ask(`http://127.0.0.1:${free}/`)).rejects.toThrow('ECONNREFUSED');
  other.close();
});

test('the address in the log is one the certificate is for', () => {
  const at = (protocol: 'http' | 'https') => [{ port: 8443, setting: 'PORT', protocol }];
  expect(originOf(at('http'))).toBe('http://localhost:8443');
  expect(originOf(at('https'), ['*.plant.lan', 'line.plant.lan'])).toBe('https://line.plant.lan:8443');
  expect(originOf(at('https'), [])).toBe('https://localhost:8443');
});
