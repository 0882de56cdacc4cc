import type { Page } from 'playwright-core';
import type { WrittenFile } from './live-files.ts';

/** When each station's card first showed a COUNT: epoch ms by the browser's clock, which is the machine's. */
export type CardArrival = { sequence: number; at: number };

/** Notes in the page, from now on, when a card's last image changes in the DOM. */
export async function watchCards(page: Page): Promise<void> {
  await page.evaluate(`{
    const seen = new Map();
    window.cardArrivals = [];
    new MutationObserver(() => {
      const at = Date.now();
      for (const figure of document.querySelectorAll('.card .last')) {
        const sequence = Number(/-(\\d+)\\.jpg/.exec(figure.textContent)?.[1] ?? 0);
        if (sequence <= (seen.get(figure.id) ?? 0)) continue;
        seen.set(figure.id, sequence);
        window.cardArrivals.push({ sequence, at });
      }
    }).observe(document.querySelector('#inspections-cards'), { subtree: true, childList: true, characterData: true });
  }`);
}

export async function readCardArrivals(page: Page): Promise<CardArrival[]> {
  return (await page.evaluate('window.cardArrivals')) as CardArrival[];
}

/**
 * From each file to the first sight of it or of a newer one of its station, in ms. What was never shown takes for ever.
 */
export function delaysOf(
  written: readonly WrittenFile[],
  arrivals: readonly CardArrival[],
  stationOf: (sequence: number) => number,
): number[] {
  const byStation = Map.groupBy(arrivals, ({ sequence }) => stationOf(sequence));
  return written.map((file) => {
    const shown = byStation.get(file.station)?.find(({ sequence }) => sequence >= file.sequence);
    return shown ? shown.at - file.at : Number.POSITIVE_INFINITY;
  });
}
