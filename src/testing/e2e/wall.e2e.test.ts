import { expect } from 'vitest';
import { imageSeries } from './images.ts';
import { becomesLive, soon, useStage } from './stage.ts';

/** Parts of a plant, so that one plant shows walls of every size. */
const sizes = [1, 4, 9, 16];
const screens = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
];

const stage = useStage({
  plantPer: 'file',
  images: sizes.flatMap((size) =>
    Array.from({ length: size }, (_, i) =>
      imageSeries(`Line ${size}-${i + 1}/P${size}`, { count: 12, time: '102800', ngEvery: 3 + (i % 5) }),
    ).flat(),
  ),
});
const { inBrowser } = stage;

type Box = { left: number; top: number; right: number; bottom: number };

/** What a wall looks like: how far it scrolls, and where its tiles and figures are. */
const readWall = `(() => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const { scrollWidth, scrollHeight } = document.documentElement;
  const figure = document.querySelector('.tile-yield, .row-yield');
  return {
    scrollWidth,
    scrollHeight,
    tiles: [...document.querySelectorAll('article, [role="row"]')].map(box),
    images: [...document.images].map(box),
    figureSize: parseFloat(getComputedStyle(figure).fontSize),
    cursor: getComputedStyle(document.elementFromPoint(innerWidth / 2, innerHeight / 2)).cursor,
    hasNavigation: document.querySelector('nav, header.bar') !== null,
  };
})()`;
type Wall = {
  scrollWidth: number;
  scrollHeight: number;
  tiles: Box[];
  images: Box[];
  figureSize: number;
  cursor: string;
  hasNavigation: boolean;
};

inBrowser.each(sizes)(
  'a wall of %i stations fills 1080p and 4K without scrolling, legible from afar',
  async (size) => {
    for (const viewport of screens) {
      await stage.page.setViewportSize(viewport);
      await stage.openLive(`/?kiosk=1&part=P${size}`);
      const wall = await stage.page.evaluate<Wall>(readWall);
      const { width, height } = viewport;
      expect(wall.tiles).toHaveLength(size);
      expect([wall.scrollWidth, wall.scrollHeight]).toEqual([width, height]);
      const area = wall.tiles.reduce(
        (sum, { left, top, right, bottom }) => sum + (right - left) * (bottom - top),
        0,
      );
      expect(area / (width * height)).toBeGreaterThan(0.9);
      for (const { left, top, right, bottom } of [...wall.tiles, ...wall.images]) {
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(-4);
        expect(right).toBeLessThanOrEqual(width + 4);
        expect(bottom).toBeLessThanOrEqual(height + 4);
      }
      expect(wall.figureSize).toBeGreaterThan(height / 15);
      expect(wall.cursor).toBe('none');
      expect(wall.hasNavigation).toBe(false);
    }
  },
);

inBrowser('the overview of thirty stations fits a wall as well', async () => {
  for (const viewport of screens) {
    await stage.page.setViewportSize(viewport);
    await stage.openLive('/overview?kiosk=1');
    const wall = await stage.page.evaluate<Wall>(readWall);
    expect(wall.tiles).toHaveLength(1 + 30);
    expect([wall.scrollWidth, wall.scrollHeight]).toEqual([viewport.width, viewport.height]);
    expect(Math.max(...wall.tiles.map(({ bottom }) => bottom))).toBeLessThanOrEqual(viewport.height);
    expect(wall.cursor).toBe('none');
  }
});

inBrowser('a wall follows its stream, and its picture moves a little so that nothing burns in', async () => {
  await stage.page.setViewportSize(screens[0]!);
  await stage.openLive('/?kiosk=1&part=P1');
  await stage.plant.addImages([`Line 1-1/P1/NG-20250906-102900-13.jpg`]);
  await expect.poll(() => stage.page.locator('main').innerText(), soon).toMatch(/NG\s+5/);
  await becomesLive(stage.page);
  const moves = 'document.getAnimations().some(({ animationName }) => animationName === "shift")';
  expect(await stage.page.evaluate(moves)).toBe(true);
});
