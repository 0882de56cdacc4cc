import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { csvResponse, maxCsvRows } from './csv.ts';
import type { AppEnv } from './env.ts';
import { startServer } from './server/server.ts';

type Rows = Parameters<typeof csvResponse>[1]['rows'];

function appWith(rows: () => Rows) {
  return new Hono<AppEnv>().get('/', (c) =>
    csvResponse(c, { fileName: '수율 S4.csv', columns: ['station', 'yield'], rows: rows() }),
  );
}

test('a spreadsheet gets its byte order mark, header, quotes and line ends', async () => {
  const response = await appWith(() => [
    ['S4, "left"', 0.97],
    ['two\nlines', null],
    ['스테이션', -1.5],
  ]).request('/');
  expect(Buffer.from(await response.arrayBuffer()).toString()).toBe(
    '\ufeffstation,yield\r\n"S4, ""left""",0.97\r\n"two\nlines",\r\n스테이션,-1.5\r\n',
  );
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="___S4.csv"; filename*=UTF-8''${encodeURIComponent('수율 S4.csv')}`,
  );
});

test('a file name that is a formula is shown, not run', async () => {
  for (const name of ['=cmd|calc', '+1', '-1+2', '@SUM(A1)', '\t=1']) {
    const text = await (await appWith(() => [[name, 1]]).request('/')).text();
    expect(text.split('\r\n')[1], name).toBe(`'${name},1`);
  }
});

test('a download whose rows cannot all be read is aborted, compressed or not', async () => {
  function* failing() {
    for (let row = 0; row < 2000; row += 1) yield ['S4', row];
    throw new Error('disk gone');
  }
  for (const encoding of ['identity', 'gzip']) {
    const response = await appWith(failing).request('/', { headers: { 'accept-encoding': encoding } });
    await expect(response.arrayBuffer(), encoding).rejects.toThrow('disk gone');
  }
});

test('no more rows than a spreadsheet opens are sent, and a reader that leaves ends the reading', async () => {
  const produced = { count: 0, finished: false };
  function* endless() {
    try {
      for (;;) yield ['S4', produced.count++];
    } finally {
      produced.finished = true;
    }
  }
  const log = createLog({ level: 'silent', pretty: false });
  const server = await startServer({ fetch: appWith(endless).fetch, host: '127.0.0.1', port: 0, log });
  const url = `http://127.0.0.1:${server.port}/`;

  const leaver = new AbortController();
  const started = await fetch(url, { signal: leaver.signal, headers: { 'accept-encoding': 'gzip' } });
  await started.body?.getReader().read();
  leaver.abort();
  await expect.poll(() => produced.finished).toBe(true);
  expect(produced.count).toBeLessThan(maxCsvRows);

  const text = await (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).text();
  expect(text.split('\r\n')).toHaveLength(maxCsvRows + 2);
  await server.stop({ graceMs: 100 });
});
