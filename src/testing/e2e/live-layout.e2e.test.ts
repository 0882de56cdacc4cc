import { join } from 'node:path';
import { expect } from 'vitest';
import { testNow } from '../test-app.ts';
import { becomes, placeLive } from './live-stage.ts';
import { soon, useStage } from './stage.ts';
import { readWitnessed } from './witness.ts';

const placed: string[] = [];
const stage = useStage({
  plantPer: 'file',
  env: { WATCH_MODE: 'events' },
  images: ['S9/OR-3CT/OK-20250906-103000-1.jpg'],
  before: (folder) => void placed.push(join(folder, 'state', 'live')),
});

/** How far a page moves by itself while it opens, as browsers count it; below 0.01 nobody sees it. */
const unseen = 0.01;

stage.inBrowser(
  'the page of a camera stands where it stands from the start, on a phone and on a desk',
  async () => {
    const { page, plant } = stage;
    await placeLive(placed.at(-1)!, testNow - 5_000, { coil: '2891' });
    await placeLive(placed.at(-1)!, testNow - 5_000, { coil: '2891', role: 'labeled' });
    await expect.poll(() => plant.services.live.current.latest('labeled')?.id, soon).toBeDefined();
    await expect.poll(() => plant.services.live.current.latest('original')?.id, soon).toBeDefined();
    const faults: [string, string[]][] = [];
    for (const [width, height] of [
      [390, 844],
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await page.setViewportSize({ width, height });
      for (const path of ['/live/main', '/live/main?view=slider', '/live/station/S9']) {
        await stage.open(path);
        await becomes(page, 'live');
        await page.waitForTimeout(1_200);
        const { shifts } = await readWitnessed(page);
        const sum = shifts.reduce((total, { value }) => total + value, 0);
        if (sum > unseen)
          faults.push([`${path} at ${width}: ${sum.toFixed(3)}`, shifts.flatMap(({ moved }) => moved)]);
      }
    }
    expect(faults).toEqual([]);
  },
);
