import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificate } from '../certificates.ts';
import { findFreePort } from '../free-port.ts';
import { addUser, password } from '../people.ts';
import { createTestApp, type TestApp } from '../test-app.ts';
import { useBrowser } from './browser.ts';
import { becomesLive } from './stage.ts';

const browser = useBrowser();
const inBrowser = test.skipIf(browser.missing);
let folder: string;
let plant: TestApp;
let origin: string;

beforeAll(async () => {
  if (browser.missing) return;
  folder = mkdtempSync(join(tmpdir(), 'linesight-secure-'));
  const { cert, key } = createCertificate({ name: 'linesight', names: ['localhost'] });
  const env = { TLS_CERT: join(folder, 'server.crt'), TLS_KEY: join(folder, 'server.key') };
  writeFileSync(env.TLS_CERT, cert);
  writeFileSync(env.TLS_KEY, key);
  const port = await findFreePort();
  const images = ['S9/OR-3CT/OK-20250906-102131-1.jpg'];
  plant = await createTestApp({ images, env: { ...env, HOST: '127.0.0.1', PORT: `${port}` } });
  await plant.services.listeners.start(plant.app.fetch);
  await addUser(plant, 'kim', 'admin');
  origin = `//localhost:${port}`;
});
afterAll(async () => {
  if (browser.missing) return;
  await plant.services.listeners.stop({ graceMs: 500 });
  await plant.close();
  rmSync(folder, { recursive: true });
});

inBrowser('over TLS one connection carries pages, the live stream and the form that signs in', async () => {
  const watched = await browser.open({ ignoreHTTPSErrors: true });
  const { page, context } = watched;
  await page.goto(`https:${origin}/`);
  await becomesLive(page);
  const protocols = await page.evaluate(
    `[...new Set([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map(({ nextHopProtocol }) => nextHopProtocol).filter((name) => name !== ''))]`,
  );
  expect(protocols).toEqual(['h2']);
  await page.goto(`https:${origin}/login?back=/system`);
  await page.fill('[name=name]', 'kim');
  await page.fill('[name=password]', password);
  await page.press('[name=password]', 'Enter');
  await page.waitForURL('**/system');
  const [session] = (await context.cookies()).filter(({ name }) => name === 'linesight_session');
  expect(session).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax' });
  expect(
    await page.locator('#ways-title + *, section[aria-labelledby=ways-title]').first().innerText(),
  ).toContain('HTTPS');
  expect(watched.faults).toEqual([]);
  await watched.close();
});

inBrowser('who types the address without https:// ends on the page all the same', async () => {
  const watched = await browser.open({ ignoreHTTPSErrors: true });
  await watched.page.goto(`http:${origin}/overview`);
  expect(watched.page.url()).toBe(`https:${origin}/overview`);
  await watched.close();
});
