import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '../../testing/e2e/browser.ts';
import { oddImages } from '../../testing/odd-images.ts';
import { renderThumbnail, stripSpec } from './thumbnails/thumbnail.ts';

const folder = mkdtempSync(join(tmpdir(), 'odd-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

const browser = useBrowser();
let watched: WatchedPage | undefined;
beforeAll(async () => {
  if (!browser.missing) watched = await browser.open();
});

/** Whether the browser shows the bytes as an image. */
function isShown(bytes: Buffer): Promise<boolean> {
  return watched!.page.evaluate<boolean>(`new Promise((resolve) => {
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (digit) => digit.charCodeAt(0));
    const image = new Image();
    image.onload = () => resolve(image.naturalWidth > 0);
    image.onerror = () => resolve(false);
    image.src = URL.createObjectURL(new Blob([bytes]));
  })`);
}

test.skipIf(browser.missing).each(oddImages)('$what is drawn if a browser shows it', async (image) => {
  const { bytes, drawn, shown = drawn } = image;
  const path = join(folder, 'OK.jpg');
  writeFileSync(path, bytes);
  const answer = await renderThumbnail(path, stripSpec);
  expect({ drawn: answer.ok, shown: await isShown(bytes) }).toEqual({ drawn, shown });
});
