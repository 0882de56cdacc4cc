/** `npm run pictures` makes the README's pictures anew: the product on a demo plant, in a Chromium without a window. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser } from '../bench/browser.ts';
import { findFreePort } from './free-port.ts';

/** What is shown, and what must be on the page before: the demo plant needs a while to have something to tell. */
const pictures = [
  { name: 'inspections', path: '/inspections', theme: 'light', height: 900, ready: '.card .tone-ng' },
  { name: 'overview', path: '/overview', theme: 'dark', height: 600, ready: '.row.tone-ng' },
] as const;
const width = 1440;
/** Kilobytes are read by everybody who opens the repository; the first quality that is small enough is taken. */
const maxBytes = 80_000;
const qualities = [85, 75, 65, 55];

const folder = await mkdtemp(join(tmpdir(), 'linesight-pictures-'));
const port = await findFreePort();
const origin = `http://127.0.0.1:${port}`;
const passwordFile = join(folder, 'password');
// With a user no page asks for the first one.
await writeFile(passwordFile, crypto.randomUUID());
const plant = spawn(
  process.execPath,
  [fileURLToPath(new URL('../simulator/demo.ts', import.meta.url)), '--dir', folder, '--port', `${port}`],
  {
    env: { ...process.env, SITE_NAME: 'Plant 2', HOST: '127.0.0.1', ADMIN_PASSWORD_FILE: passwordFile },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const browser = await launchBrowser();
try {
  if (!browser) throw new Error('The pictures need Chromium.');
  await untilReady();
  for (const picture of pictures) await take(browser, picture);
} finally {
  await browser?.close();
  const ended = once(plant, 'exit');
  plant.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
}

/** Until every folder was read once. */
async function untilReady(): Promise<void> {
  for (let tries = 0; tries < 180; tries++) {
    const answer = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(1_000);
  }
  throw new Error('The demo plant was not ready in three minutes.');
}

async function take(browser: Browser, picture: (typeof pictures)[number]): Promise<void> {
  const { name, path, theme, height, ready } = picture;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(origin + path);
  await page.locator(ready).first().waitFor({ timeout: 120_000 });
  await page.locator('.backfill').first().waitFor({ state: 'hidden', timeout: 120_000 });
  // As a text, because it runs in the page and not here.
  await page.waitForFunction(
    '[...document.images].every((image) => image.loading === "lazy" || image.complete)',
  );
  await wait(1_000);
  const png = await page.screenshot();
  await context.close();
  for (const quality of qualities) {
    const webp = await sharp(png).webp({ quality, effort: 6 }).toBuffer();
    if (webp.length > maxBytes && quality !== qualities.at(-1)) continue;
    await writeFile(new URL(`../../static/readme/${name}.webp`, import.meta.url), webp);
    console.log(`static/readme/${name}.webp: ${webp.length} bytes at quality ${quality}`);
    return;
  }
}
