import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getRaw, sendRaw } from './raw-request.ts';
import { createTestApp, type TestApp } from './test-app.ts';

let plant: TestApp;
let origin: string;
beforeAll(async () => {
  plant = await createTestApp({ images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'] });
  origin = await plant.listen();
});
afterAll(() => plant.close());

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
const secrets = [
  readFileSync(new URL('../../package.json', import.meta.url), 'latin1').slice(0, 40),
  'root:x:0:0',
  'SQLite format 3',
];

describe('an address that tries to lead elsewhere', () => {
  test.each([
    ['/static/../package.json', 404],
    ['/static/%2e%2e/package.json', 404],
    ['/static/..%2fpackage.json', 404],
    ['/static/..%5cpackage.json', 404],
    ['/static/css/....//package.json', 404],
    ['//elsewhere.example/', 404],
    ['/\\elsewhere.example', 400],
    ['/%00', 404],
    ['/stations/%00', 404],
    ['/stations/%', 404],
    ['/stations/%E0%A4%A', 404],
    ['/stations/%ff', 404],
    ['/stations/..%2f..', 404],
    ['/stations/__proto__', 404],
    ['/inspections/1%2f..%2f2', 404],
    ['/images/1/0/..%2foriginal', 404],
    ['/images/1/999999999999999/original', 302],
    ['/images/999999999999999/0/original', 404],
    ['/img', 400],
    ['/img?path=', 400],
    ['/img?path=/etc/passwd', 400],
    ['/img?path=<watch>/../state/data.sqlite', 400],
    ['/img?path=<watch>%2f..%2fstate%2fdata.sqlite', 400],
    ['/img?path=<watch>-away/a.jpg', 400],
    ['/img?path=<watch>/%00.jpg', 400],
    ['/img?path=<watch>/S9', 404],
    ['/img?path=<watch>', 404],
    ['/img?path=<watch>/S9/none.jpg', 404],
    ['/img?path=S9/OR-3CT/OK-20250906-102131-1.jpg', 400],
    ['/thumb?path=/etc/passwd', 400],
    ['/thumb?path=/dev/zero', 400],
    ['/inspections/export.csv?table=__proto__', 400],
    ['/?period=constructor', 400],
    ['/?start=%00', 400],
    ['/?station=__proto__', 200],
    ['/?station=%F0%9F%98%80%ff', 200],
    ['/stream?topics=/settings', 400],
    ['/stream/snapshot?topics=%', 400],
    ['/stream/snapshot?topics=/station/summary?station=S99', 404],
    [`/stream?${'topics=/sources/status&'.repeat(49)}`, 400],
  ])('%s: %i', async (target, status) => {
    const answer = await getRaw(origin, target.replace('<watch>', plant.watchDir));
    expect(statusOf(answer), answer).toBe(status);
    for (const secret of secrets) expect(answer).not.toContain(secret);
  });
});

describe('a request that breaks the rules', () => {
  const rest = 'Host: plant.local\r\nConnection: close\r\n';
  test.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['an unknown host', 'GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n', 421],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
    ['two hosts', `GET / HTTP/1.1\r\nHost: a\r\n${rest}\r\n`, 400],
    ['an unknown method', `BREW / HTTP/1.1\r\n${rest}\r\n`, 400],
    ['a method not taken', `TRACE / HTTP/1.1\r\n${rest}\r\n`, 405],
    ['a huge address', `GET /${'a'.repeat(9000)} HTTP/1.1\r\n${rest}\r\n`, 413],
    ['a huge header', `GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n${rest}\r\n`, 431],
    [
      'two lengths',
      `POST /api/stats HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${rest}\r\n`,
      400,
    ],
    ['a form that is none', post('multipart/form-data; boundary=x', 'abc'), 400],
    ['a form without its border', post('multipart/form-data', 'abc'), 400],
    ['half a percent sign', post('application/x-www-form-urlencoded', 'back=%E0%A4%A&theme=%'), 303],
    [
      'a field twice',
      post('application/x-www-form-urlencoded', 'theme=dark&theme=light&back=/&back=//x'),
      303,
    ],
  ])('%s', async (_name, request, status) => {
    const answer = await sendRaw(origin, request);
    expect(statusOf(answer), answer).toBe(status);
  });

  function post(type: string, body: string): string {
    return `POST /preferences HTTP/1.1\r\n${rest}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  }
});

describe('an upgrade to a WebSocket', () => {
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const at = (path: string, host = 'plant.local') =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${upgrade}${key}\r\n`;
  test.each([
    ['where none is', at('/overview'), 400],
    ['where nothing is', at('/none'), 404],
    ['to the stream of events', at('/stream?topics=/sources/status'), 503],
    ['to files', at('/static/../package.json'), 404],
    ['under an unknown host', at('/overview', 'elsewhere.example'), 421],
    ['with a huge address', at(`/${'a'.repeat(9000)}`), 413],
    ['with half a percent sign', at('/stations/%E0%A4%A'), 404],
    ['without the right', at('/users'), 401],
  ])('%s is refused', async (_name, request, status) => {
    const answer = await sendRaw(origin, request);
    expect(statusOf(answer), answer).toBe(status);
    expect(answer).toMatch(/^x-content-type-options: nosniff\r$/m);
    for (const secret of secrets) expect(answer).not.toContain(secret);
  });
});

test.each(['//elsewhere.example/', '/.%5C%5Celsewhere.example/'])(
  'the error page at %s does not link to another server',
  async (target) => {
    const answer = await getRaw(origin, target);
    expect(statusOf(answer)).toBe(404);
    expect(answer).not.toMatch(/(?:href|value)="\/[/.\\]/);
  },
);

test('a refusal is guarded like every other answer', async () => {
  const answer = await sendRaw(
    origin,
    'GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/^x-content-type-options: nosniff\r$/m);
});
