import type { Page } from 'playwright-core';

/** A picture that was on the screen, identified by its time of capture; both epoch ms, by the machine's one clock. */
export type TileArrival = { capturedAt: number; at: number };

/**
 * Notes in the page, from now on, when a tile shows another picture. The page names a picture on its tile when it is
 * decoded and has taken its place; it counts as seen when the frame that holds it has been drawn.
 */
export async function watchTiles(page: Page): Promise<void> {
  await page.evaluate(`{
    window.tileArrivals = [];
    const drawn = (capturedAt) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.tileArrivals.push({ capturedAt, at: performance.timeOrigin + performance.now() });
      port2.postMessage(0);
    });
    new MutationObserver((changes) => {
      for (const { target } of changes) if (target.dataset.captured) drawn(Number(target.dataset.captured));
    }).observe(document.querySelector('#live-wall'), { subtree: true, attributeFilter: ['data-captured'] });
  }`);
}

export async function readTileArrivals(page: Page): Promise<TileArrival[]> {
  return (await page.evaluate('window.tileArrivals')) as TileArrival[];
}

/** The ending of the variant a tile shows, `1280.webp` for example, as other viewers of the same size ask for it. */
export async function readShownVariant(page: Page): Promise<string> {
  const src = await page.evaluate(`document.querySelector('.live-tile img').currentSrc`);
  return String(src).split('/').at(-1) ?? '';
}
