import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadStaticFiles } from './static-files.ts';

const css = 'body { color: black; }\n'.repeat(100);
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'static-'));
  mkdirSync(join(dir, 'css'));
  writeFileSync(join(dir, 'css/base.css'), css);
  writeFileSync(join(dir, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a file has its content’s hash in its name, may be kept for ever, and gets a new name when it changes', async () => {
  const before = loadStaticFiles({ dir });
  expect(before.asset('css/base.css')).toMatch(/^\/static\/css\/base\.[0-9a-f]{10}\.css$/);
  const response = await before.routes().request(before.asset('css/base.css'));
  expect(await response.text()).toBe(css);
  expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('immutable');

  writeFileSync(join(dir, 'css/base.css'), `${css}p {}`);
  const after = loadStaticFiles({ dir });
  expect(after.asset('css/base.css')).not.toBe(before.asset('css/base.css'));
  expect(after.asset('logo.svg')).toBe(before.asset('logo.svg'));
  expect(after.version).not.toBe(before.version);
});

test('style sheets are sent without their comments, which change no name of theirs, and with all else', async () => {
  const rules = 'p::before { content: "/* a */"; }\n\nb { color: red; }\n';
  const send = async (text: string) => {
    writeFileSync(join(dir, 'css/base.css'), text);
    const files = loadStaticFiles({ dir });
    const href = files.asset('css/base.css');
    return [href, await (await files.routes().request(href)).text()];
  };
  const [href, sent] = await send(rules);
  expect(sent).toBe(rules);
  expect(await send(rules.replace('\n\n', '\n/* It\'s read\n by "people" */\n'))).toEqual([href, rules]);
});

test('browsers get the smallest form they understand', async () => {
  const files = loadStaticFiles({ dir });
  const get = (encoding: string) =>
    files.routes().request(files.asset('css/base.css'), { headers: { 'accept-encoding': encoding } });
  const brotli = await get('gzip, deflate, br');
  expect(brotli.headers.get('content-encoding')).toBe('br');
  expect(brotliDecompressSync(await brotli.arrayBuffer()).toString()).toBe(css);
  const gzip = await get('gzip, deflate, br;q=0');
  expect(gzip.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(await gzip.arrayBuffer()).toString()).toBe(css);
  expect((await get('identity')).headers.get('content-encoding')).toBeNull();
});

test('a plain name is revalidated, and a browser that has the file gets no body', async () => {
  const routes = loadStaticFiles({ dir }).routes();
  const first = await routes.request('/static/css/base.css');
  expect(first.headers.get('cache-control')).toBe('no-cache');
  const again = await routes.request('/static/css/base.css', {
    headers: { 'if-none-match': `W/${first.headers.get('etag')}` },
  });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

test('HEAD answers without a body, and what is not listed is not found', async () => {
  const files = loadStaticFiles({ dir, extraFiles: { 'vendor/x.js': join(dir, 'logo.svg') } });
  const routes = files.routes();
  const head = await routes.request(files.asset('vendor/x.js'), { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (const path of [
    '/static/../package.json',
    '/static/css/',
    '/static/%2e%2e/x',
    '/static/css/base.0000000000.css',
  ]) {
    expect((await routes.request(path)).status, path).toBe(404);
  }
  expect(() => files.asset('css/typo.css')).toThrow('css/typo.css');
});
