import { beforeAll, expect, test } from 'vitest';
import { bitmapKinds, createBitmap } from '../../testing/bitmaps.ts';
import { useBrowser, type WatchedPage } from '../../testing/e2e/browser.ts';
import { readBmpHeader } from './bmp-header.ts';
import { decodeBmpPixels } from './bmp-pixels.ts';

const browser = useBrowser();
let watched: WatchedPage | undefined;
beforeAll(async () => {
  if (!browser.missing) watched = await browser.open();
});

/** The pixels that the browser draws: red, green and blue, a byte each. */
async function drawnByBrowser(bytes: Buffer): Promise<Buffer> {
  const base64 = await watched!.page.evaluate<string>(`(async () => {
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (digit) => digit.charCodeAt(0));
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([bytes], { type: 'image/bmp' }));
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
    let text = '';
    for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at], data[at + 1], data[at + 2]);
    return btoa(text);
  })()`);
  return Buffer.from(base64, 'base64');
}

test.skipIf(browser.missing).each(bitmapKinds)(
  'a BMP of $what has the pixels that a browser draws',
  async (kind) => {
    const bytes = createBitmap(kind);
    const ours = await decodeBmpPixels(bytes, readBmpHeader(bytes));
    const theirs = await drawnByBrowser(bytes);
    expect(ours.length).toBe(theirs.length);
    // A browser may scale five bits to eight in another way, by one step.
    expect(
      ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - theirs[i]!)), 0),
    ).toBeLessThanOrEqual(1);
  },
);
