import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientOptions, WebSocket } from 'ws';
import { sendRaw } from '../../../testing/raw-request.ts';
import { connectSocket } from '../../../testing/socket-client.ts';
import type { AccessPolicy, Principal } from '../../auth/principal.ts';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import type { AppEnv } from '../env.ts';
import { createErrorHandlers } from '../error-handlers.ts';
import { hostCheck } from '../guards/host-check.ts';
import { listRouteAccess, may } from '../guards/may.ts';
import type { Socket } from './kept-socket.ts';
import { type RunningServer, startServer } from './server.ts';
import { createSockets, type Sockets, type SocketsOptions } from './sockets.ts';

const log = createLog({ level: 'silent', pretty: false });
const kim: Principal = { kind: 'user', userId: 1, name: 'kim', role: 'viewer', sessionId: 1 };
const token: Principal = {
  kind: 'token',
  tokenId: 1,
  name: 'robot',
  scopes: ['read'],
  siteId: null,
  station: null,
  device: null,
};

let principal: Principal;
let policy: AccessPolicy;
let sockets: Sockets;
let server: RunningServer;
let port: number;
let here: Socket[];
let heard: string[];
let closed: { count: number };

beforeEach(() => {
  principal = { kind: 'nobody' };
  policy = 'open-view';
  here = [];
  heard = [];
  closed = { count: 0 };
});
afterEach(() => server.stop({ graceMs: 500 }));

function createApp(pingEveryMs: number) {
  const app = new Hono<AppEnv>();
  app.onError(createErrorHandlers({ renderProblem: (_c, problem) => problem.message }).onError);
  app.use(hostCheck({ allowedHosts: [] }), sockets.refuseStray());
  app.use(async (c, next) => {
    c.set('principal', principal);
    c.set('identifyAgain', async () => principal);
    c.set('door', {
      policy,
      siteId: 1,
      isOnPages: async () => false,
      writeWaitMs: () => 0,
      noteSender: () => {},
      record: async () => {},
    });
    await next();
  });
  const accept = (socket: Socket) => {
    here.push(socket);
    const count = closed;
    socket.send(`hello ${principal.kind}`);
    return {
      onMessage: (text: string) => {
        if (text === 'fail') throw new Error('a fault of a feature');
        heard.push(text);
        socket.send(`you said ${text}`);
      },
      onClose: () => {
        count.count += 1;
      },
    };
  };
  app.get('/', sockets.route('look', accept, { pingEveryMs }), may('look'), (c) => c.text('a page'));
  app.get('/page', may('look'), (c) => c.text('a page'));
  return app;
}

async function start(options: Partial<SocketsOptions> & { pingEveryMs?: number } = {}) {
  sockets = createSockets({ clock: systemClock, log, maxSockets: 5, ...options });
  const app = createApp(options.pingEveryMs ?? 30_000);
  server = await startServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log, sockets });
  port = server.port;
  return app;
}

const connect = (options: ClientOptions = {}, path = '/') =>
  connectSocket(`ws://127.0.0.1:${port}${path}`, options);

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });
const left = (count: number, open = 0) =>
  until(() => expect([closed.count, sockets.stats().open]).toEqual([count, open]));

describe('a page and a WebSocket at one address', () => {
  test('a page and a socket share a path, and messages go both ways', async () => {
    const app = await start();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('a page');
    const { socket, messages, ended, opened } = connect();
    await opened;
    socket.send('one');
    socket.send('two');
    await until(() => expect(messages).toEqual(['hello nobody', 'you said one', 'you said two']));
    expect(sockets.stats()).toMatchObject({ open: 1, refused: 0 });
    here[0]?.close();
    expect(await ended).toBe(1000);
    await left(1);
    expect(listRouteAccess(app.routes).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'WS /',
      'GET /',
      'GET /page',
    ]);
  });

  test('an upgrade to HTTP/2, as Java offers it, and one at a path without a socket are answered', async () => {
    await start();
    const offer = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\n';
    expect(await sendRaw(`http://127.0.0.1:${port}`, `${offer}Upgrade: h2c\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 [\s\S]*a page$/,
    );
    expect(await connect({}, '/page').ended).toBe(400);
  });
});

describe('an upgrade passes the same guards as a request', () => {
  test('a caller without access is refused before the upgrade', async () => {
    policy = 'closed';
    await start();
    expect(await connect().ended).toBe(401);
    principal = { ...token, scopes: ['ingest:events'] } as Principal;
    expect(await connect().ended).toBe(403);
    principal = kim;
    await connect().opened;
    expect(here).toHaveLength(1);
  });

  test('a name that is not ours is refused', async () => {
    await start();
    expect(await connect({ headers: { host: 'elsewhere.example' } }).ended).toBe(421);
  });

  test('a page of another site opens nothing, with or without a cookie; programs and our pages do', async () => {
    await start({ maxSockets: 50 });
    for (const who of [{ kind: 'nobody' } as const, { kind: 'machine' } as const, kim]) {
      principal = who;
      const other = `http://127.0.0.1:${port + 1}`;
      for (const origin of ['http://evil.example', 'null', other, 'file://']) {
        expect(await connect({ headers: { origin } }).ended, `${who.kind} ${origin}`).toBe(403);
      }
      expect(await connect({ headers: { 'sec-fetch-site': 'cross-site' } }).ended).toBe(403);
      await connect().opened;
      await connect({ headers: { origin: `http://127.0.0.1:${port}` } }).opened;
    }
    principal = token;
    await connect({ headers: { origin: 'http://mes.example' } }).opened;
  });

  test('a page of CORS_ORIGINS is accepted anonymously, whatever cookies it sends', async () => {
    await start({ corsOrigins: ['http://mes.example'] });
    principal = kim;
    const headers = { origin: 'http://mes.example' };
    await connect({ headers }).opened;
    policy = 'closed';
    expect(await connect({ headers }).ended).toBe(401);
  });

  test('the number of sockets is limited, and one that closes makes room', async () => {
    await start({ maxSockets: 2 });
    const first = connect();
    await Promise.all([first.opened, connect().opened]);
    expect(await connect().ended).toBe(503);
    first.socket.close();
    await left(1, 1);
    await connect().opened;
    expect(sockets.stats()).toMatchObject({ open: 2, refused: 1 });
  });

  test('many at once do not slip through together', async () => {
    await start({ maxSockets: 3 });
    const many = Array.from({ length: 12 }, () => connect());
    const ends = await Promise.all(
      many.map(({ ended, messages }) =>
        Promise.race([ended, until(() => expect(messages).toEqual(['hello nobody'])).then(() => 'open')]),
      ),
    );
    expect(ends.filter((end) => end === 'open')).toHaveLength(3);
    expect(ends.filter((end) => end === 503 || end === 1013)).toHaveLength(9);
  });

  test('one address opens no more than a wall of screens needs', async () => {
    await start({ clock: { now: () => 0 }, maxSockets: 1 });
    const ends: number[] = [];
    await connect().opened;
    for (let i = 1; i < 200; i++) ends.push(await connect().ended);
    expect(new Set(ends)).toEqual(new Set([503]));
    expect(await connect().ended).toBe(429);
  });
});

describe('an open socket', () => {
  test('ends soon after its right to look has, and not before', async () => {
    policy = 'closed';
    principal = kim;
    await start({ recheckEveryMs: 20 });
    const { opened, ended } = connect();
    await opened;
    expect(await Promise.race([ended, sleep(150, 'open')])).toBe('open');
    principal = { kind: 'nobody' };
    expect(await ended).toBe(1008);
    await left(1);
  });

  test('a peer that no longer answers is cut off, one that only listens is not', async () => {
    await start({ pingEveryMs: 500 }); // both ends share this thread: a pong may be late by some of it
    const dead = connect({ autoPong: false });
    const quiet = connect();
    await Promise.all([dead.opened, quiet.opened]);
    expect(await dead.ended).toBe(1006);
    expect(await Promise.race([quiet.ended, sleep(1_200, 'open')])).toBe('open');
    expect(sockets.stats()).toMatchObject({ open: 1, lost: 1 });
  });

  test('a peer that does not read is cut off at a megabyte', async () => {
    await start();
    const { socket, opened } = connect();
    await opened;
    socket.pause();
    const chunk = 'x'.repeat(100_000);
    for (let i = 0; i < 200 && sockets.stats().cutOff === 0; i++) {
      here[0]?.send(chunk);
      expect(here[0]?.bufferedBytes()).toBeLessThan(1_300_000);
      await sleep(1);
    }
    expect(sockets.stats().cutOff).toBe(1);
    await left(1);
  });

  test.each<[string, (socket: WebSocket) => void, number]>([
    ['too large a message', (socket) => socket.send('x'.repeat(70_000)), 1009],
    ['bytes instead of text', (socket) => socket.send(Buffer.from([1, 2, 3])), 1003],
    ['too many messages', (socket) => Array.from({ length: 300 }, () => socket.send('x')), 1008],
    ['a message its feature fails on', (socket) => socket.send('fail'), 1011],
  ])('ends after %s, and the next one is served', async (_what, act, code) => {
    await start();
    const { socket, opened, ended } = connect();
    await opened;
    act(socket);
    expect(await ended).toBe(code);
    await left(1);
    await connect().opened;
  });

  test('every peer is notified when the server stops, and an unresponsive one does not delay it', async () => {
    await start();
    const polite = connect();
    const deaf = connect();
    await Promise.all([polite.opened, deaf.opened]);
    deaf.socket.pause();
    await server.stop({ graceMs: 500 });
    expect(await polite.ended).toBe(1001);
    await left(2);
    deaf.socket.resume();
    expect(await deaf.ended).toBeGreaterThanOrEqual(1001);
  });
});

describe('an invalid upgrade is refused and harms no others', () => {
  const head = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const version = 'Sec-WebSocket-Version: 13\r\n';
  test.each([
    ['without a key', `${head}${version}\r\n`, 400],
    ['with a key that is none', `${head}${version}Sec-WebSocket-Key: abc\r\n\r\n`, 400],
    ['of a version nobody knows', `${head}${key}Sec-WebSocket-Version: 99\r\n\r\n`, 400],
    ['with a subprotocol that is none', `${head}${key}${version}Sec-WebSocket-Protocol: a,,b\r\n\r\n`, 400],
    ['without a host', `${head.replace('Host: localhost\r\n', '')}${key}${version}\r\n`, 400],
    [
      'of a host that is none',
      `${head.replace('localhost', 'a b').replace('Upgrade\r\n', 'Upgrade, close\r\n')}${key}${version}\r\n`,
      400,
    ],
    ['by POST', `${head.replace('GET', 'POST').replace('Upgrade\r\n', 'Upgrade, close\r\n')}\r\n`, 404],
    ['with a huge header', `${head}${key}${version}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['to another site', `${head.replace('GET /', 'GET //evil.example/')}${key}${version}\r\n`, 404],
  ])('%s', async (_what, request, status) => {
    await start();
    const answer = await sendRaw(`http://127.0.0.1:${port}`, request);
    expect(Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]), answer).toBe(status);
    expect(here).toHaveLength(0);
    await connect().opened;
  });

  test('frames that are none end their socket', async () => {
    await start();
    const answer = await sendRaw(`http://127.0.0.1:${port}`, `${head}${key}${version}\r\n\xff\xff\xff\xff`);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    await left(1);
  });
});
