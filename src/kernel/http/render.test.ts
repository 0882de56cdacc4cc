import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compression } from './compression.ts';
import type { AppEnv } from './env.ts';
import { securityHeaders, untrustedFileHeaders } from './guards/security-headers.ts';
import { createRenderer } from './render.ts';

let viewsDir: string;

beforeAll(() => {
  viewsDir = mkdtempSync(join(tmpdir(), 'views-'));
  mkdirSync(join(viewsDir, 'layouts'));
  mkdirSync(join(viewsDir, 'parts'));
  writeFileSync(
    join(viewsDir, 'layouts/page.eta'),
    '<html lang="<%= it.lang %>"><title><%= it.title %> – <%= it.site %></title><%~ it.body %></html>',
  );
  writeFileSync(
    join(viewsDir, 'parts/page.eta'),
    '<% layout("/layouts/page", { title: it.name }) %><h1><%= it.name %></h1><%~ include("./_part") %>',
  );
  writeFileSync(join(viewsDir, 'parts/_part.eta'), '<p><%= it.site %> <%= it.theme %></p>');
});
afterAll(() => rmSync(viewsDir, { recursive: true }));

function createApp() {
  const renderer = createRenderer({ viewsDir, shared: () => ({ site: 'Plant & Co' }) });
  const app = new Hono<AppEnv>();
  app.use(securityHeaders(), compression());
  app.get('/page', (c) => renderer.render(c, 'parts/page', { name: c.req.query('name') ?? '' }));
  app.get('/original', (c) => c.body('GIF', 200, { 'content-type': 'image/gif', ...untrustedFileHeaders }));
  return { app, renderer };
}

test('names from disk are escaped, and layout and include see the shared data', async () => {
  const response = await createApp().app.request('/page?name=<img onerror=alert(1)>');
  expect(await response.text()).toBe(
    '<html lang="en"><title>&lt;img onerror=alert(1)&gt; – Plant &amp; Co</title>' +
      '<h1>&lt;img onerror=alert(1)&gt;</h1><p>Plant &amp; Co system</p></html>',
  );
});

test('a partial renders alone for a stream, in the language asked for', () => {
  const { renderer } = createApp();
  expect(renderer.html('parts/_part', { lang: 'ko' })).toBe('<p>Plant &amp; Co system</p>');
});

test('an unchanged page is not sent again, a changed one is', async () => {
  const { app } = createApp();
  const first = await app.request('/page?name=a');
  expect(first.headers.get('cache-control')).toBe('no-cache');
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
  const same = await app.request('/page?name=a', { headers });
  expect([same.status, await same.text()]).toEqual([304, '']);
  expect((await app.request('/page?name=b', { headers })).status).toBe(200);
});

test('large pages travel compressed under the same tag, small ones as they are', async () => {
  const { app } = createApp();
  const url = `/page?name=${'long '.repeat(600)}`;
  const plain = await app.request(url);
  const zipped = await app.request(url, { headers: { 'accept-encoding': 'gzip' } });
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(zipped.headers.get('etag')).toBe(plain.headers.get('etag'));
  expect(zipped.headers.get('vary')).toContain('Accept-Encoding');
  expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(await plain.text());
  const small = await app.request('/page?name=a', { headers: { 'accept-encoding': 'gzip' } });
  expect(small.headers.get('content-encoding')).toBeNull();
  expect(await small.text()).toContain('<h1>a</h1>');
});

test('pages run only our own scripts and styles, and a file from a disk runs nothing at all', async () => {
  const { app } = createApp();
  const page = (await app.request('/page')).headers;
  expect(page.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  expect(page.get('x-content-type-options')).toBe('nosniff');
  expect(page.get('referrer-policy')).toBe('same-origin');
  expect(page.has('strict-transport-security')).toBe(false);
  const original = (await app.request('/original')).headers;
  expect(original.get('content-security-policy')).toBe("sandbox; default-src 'none'");
});
