import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { beforeAll, expect } from 'vitest';
import { hostileNames } from '../faults/hostile-names.ts';
import { waitUntil } from '../faults/plant-process.ts';
import { drawJpeg } from '../image-plant.ts';
import { imagePath, imageSeries } from './images.ts';
import { becomesLive, useStage } from './stage.ts';

const hostile = hostileNames.slice(0, 7);
const gone = imagePath('S9/OR-3CT', 'OK', '102500', 90);
const unreadable = imagePath('S9/OR-3CT', 'NG', '102600', 91);

const stage = useStage({
  plantPer: 'file',
  env: { SITE_NAME: '<b>&"site"' },
  images: [
    ...imageSeries('S9/OR-3CT', { count: 65, time: '102000', ngEvery: 5 }),
    ...hostile.map((name, i) => imagePath(`${name}/${name}`, i % 2 === 0 ? 'NG' : 'OK', '102000', i)),
    { path: unreadable, bytes: Buffer.from('not an image') },
    gone,
    'stray.jpg',
  ],
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What another theme can change for the worse; the rest is the same in both. */
const themes = {
  light: 'selectors: false, preload: false',
  dark: "selectors: false, preload: false, runOnly: ['color-contrast', 'link-in-text-block']",
};
const sizes = [
  { name: 'desk', viewport: { width: 1440, height: 900 } },
  { name: 'phone', viewport: { width: 390, height: 844 } },
] as const;
const station = (name: string) => `/stations/${encodeURIComponent(name)}`;
const pages: [string, string | (() => Promise<string>)][] = [
  ['inspections', '/'],
  ['own time without images', '/?period=custom&start=2025-09-01T00:00&end=2025-09-01T01:00'],
  ['overview', '/overview'],
  ['station', '/stations/S9?period=1d'],
  ['hours of a station, sorted', '/stations/S9?period=1d&hours=all&sort=hours-ng&dir=desc'],
  ['models', '/models?period=1d'],
  ['stations', '/plant/stations'],
  ['shifts', '/plant/shifts'],
  ['lines', '/plant/lines'],
  ['workers', '/plant/workers'],
  ['models and cycle times', '/plant/models'],
  ['import and export', '/plant/file'],
  ['productivity', '/productivity'],
  ['worker over time', '/productivity/workers/W1'],
  ['hour board', '/productivity/hours'],
  ['stops', '/productivity/stops'],
  ['effectiveness', '/productivity/oee'],
  ['shift hand-over', '/productivity/handover'],
  ['ways in of events', '/sources/events'],
  ['predictions', '/predictions?period=1w'],
  ['a prediction with boxes', '/predictions/1'],
  ['model versions', '/predictions/models'],
  ['performance', '/live/performance'],
  ['station of a hostile name', station(hostile[0]!)],
  ['image', () => pathOfImage(imagePath('S9/OR-3CT', 'NG', '102004', 5))],
  [
    'image of a list',
    async () => `${await pathOfImage(imagePath('S9/OR-3CT', 'NG', '102004', 5))}?station=S9&verdict=NG`,
  ],
  ['images side by side', pathOfComparison],
  ['unreadable image', () => pathOfImage(unreadable)],
  ['missing image', () => pathOfImage(gone)],
  ['image of a hostile name', () => pathOfImage(imagePath(`${hostile[0]}/${hostile[0]}`, 'NG', '102000', 0))],
  ['sources', '/sources'],
  ['settings', '/settings'],
  ['requests of programs', '/docs'],
  ['manual', '/manual'],
  ['page of the manual', '/manual/station'],
  ['tables of the manual', '/manual/alarm-figures'],
  ['search of the manual', '/manual?q=yield'],
  ['walls', '/wall'],
  ['form of a wall', async () => `${await hangWall()}/edit`],
  ['wall of tiles', hangWall],
  ['wall of a station', '/stations/S9?kiosk=1'],
  ['wall', '/?kiosk=1'],
  ['wall of the overview', '/overview?kiosk=1'],
];

beforeAll(async () => {
  if (stage.isSkipped) return;
  rmSync(join(stage.plant.watchDir, gone));
  const { demo, cycles, sites } = stage.plant.services.productivity;
  await demo.seed();
  for (const siteId of [sites.own.id, sites.demo()?.id ?? 0])
    await cycles.set({ siteId, stationId: 0, partId: 0 }, { cycleMs: 60_000, by: 'test' });
  await stage.plant.services.inspections.sources.rescan();
  await logPredictions();
  await waitUntil('the unreadable image is known', async () =>
    (await stage.plant.text('/sources')).includes('Not a JPEG'),
  );
});

/** One with boxes and an image, and one without, each with a name that means something to a page. */
async function logPredictions(): Promise<void> {
  const image = (await drawJpeg(320, 240)).toString('base64');
  const box = { x: 10, y: 20, width: 80, height: 60, confidence: 0.9, class: hostile[0] };
  const predictions = [
    { image_id: 'a', image, defect_detected: true, defect_type: hostile[0], bounding_boxes: [box] },
    { image_id: 'b', defect_detected: false, station_id: hostile[1] },
  ];
  for (const prediction of predictions)
    await stage.plant.post('/api/predictions', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ confidence_score: 0.9, model_version: hostile[2], ...prediction }),
    });
}

async function pathOfImage(path: string): Promise<string> {
  const { inspections } = (await stage.plant.json('/api/v1/inspections?limit=500')) as {
    inspections: { id: number; path: string }[];
  };
  const found = inspections.find((inspection) => inspection.path === path);
  return `/inspections/${found?.id}`;
}

/** A wall with a tile of each kind. Answers its address. */
async function hangWall(): Promise<string> {
  const { walls, wallTileKinds } = stage.plant.services;
  const tiles = wallTileKinds.flatMap((kind) =>
    kind
      .list()
      .slice(0, 1)
      .map(({ href }) => ({ href, size: 'wide' as const })),
  );
  if ((await walls.find('Hall')) === undefined)
    await walls.add({ name: 'Hall', period: 'today', dwellSec: 15, tiles }, 'test', () => null);
  return '/wall/Hall';
}

/** Beside an image that is shown, one that is gone and one that cannot be read. */
async function pathOfComparison(): Promise<string> {
  const paths = await Promise.all(
    [imagePath('S9/OR-3CT', 'NG', '102004', 5), gone, unreadable].map(pathOfImage),
  );
  return `/inspections/compare?ids=${paths.map((path) => path.split('/').at(-1)).join(',')}`;
}

/** Captions of tables that are wider than their place, or stand in a box that scrolls. */
const tablesInBoxes = `[...document.querySelectorAll('main table')].filter((table) => {
  for (let box = table; box !== document.body; box = box.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(box).overflow)) return true;
  }
  return table.scrollWidth > table.parentElement.clientWidth;
}).map((table) => table.innerText.slice(0, 80))`;

/** Changes the theme and waits for the colours to have changed. */
const changeTheme = (theme: string) => `(async () => {
  document.documentElement.dataset.theme = '${theme}';
  await new Promise(requestAnimationFrame);
  const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(changes.map(({ finished }) => finished));
})()`;

/** What axe finds serious or critical, as `<rule>: <element>`. */
async function findBarriers(options: string): Promise<string[]> {
  const { violations } = await stage.page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'], ${options} })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

stage.inBrowser.each(pages)(
  '%s: no barrier at desk or phone, light or dark, and nothing reported',
  async (_, at) => {
    const path = typeof at === 'string' ? at : await at();
    for (const { name, viewport } of sizes) {
      await stage.page.setViewportSize(viewport);
      await stage.open(path);
      if (
        !/^\/(?:settings|docs|manual|models|plant|live|productivity|predictions|sources\/|inspections\/|wall$|wall\/[^/]+\/edit)/.test(
          path,
        )
      )
        await becomesLive(stage.page);
      await stage.page.evaluate(axe);
      for (const [theme, options] of Object.entries(themes)) {
        await stage.page.evaluate(changeTheme(theme));
        expect(await findBarriers(options), `${name}, ${theme}`).toEqual([]);
      }
      const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      expect(await stage.page.evaluate(isWider), `${name} is wider than its screen`).toBe(false);
      expect(await stage.page.evaluate(tablesInBoxes), `${name}: tables that scroll within the page`).toEqual(
        [],
      );
    }
  },
);
