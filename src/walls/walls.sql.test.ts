import { expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

const images = [
  'S9/OR-3CT/OK-20250906-102131-1.jpg',
  'S9/OR-3CT/NG-20250906-102140-2.jpg',
  'S4/P/OK-20250906-102131-7.jpg',
];
const idOf = (plant: TestApp, name: string) => plant.services.inspections.reads.names.findStationId(name)!;
const send = (plant: TestApp, path: string, form: Record<string, string>) =>
  plant.post(path, { body: new URLSearchParams(form) });

async function withWall(tiles: readonly string[], form: Record<string, string> = {}) {
  const plant = await createTestApp({ images });
  const ticks = Object.fromEntries(
    tiles.map((tile) => {
      const [path, station] = tile.split(' ');
      return [`add:${path}?id=${idOf(plant, station!)}`, '1'];
    }),
  );
  const made = await send(plant, '/wall', { name: 'Line 2/A', period: 'today', ...ticks, ...form });
  expect([made.status, made.headers.get('location')]).toEqual([303, '/wall/Line%202%2FA']);
  return plant;
}

test('a wall shows its tiles with plant, period and clock, and streams each as it first printed it', async () => {
  await using plant = await withWall([
    '/inspections/tile S9',
    '/inspections/tile/ngs S9',
    '/inspections/tile/yield S4',
  ]);
  const html = await plant.text('/wall/Line%202%2FA');
  expect(html).toMatch(/class="kiosk"/);
  expect(html).toContain('Today');
  expect(html).toMatch(/data-clock[^>]*>\s*10:30/);
  expect(html).toMatch(/50\.0<small>%/);
  const stream = /hx-sse:connect="([^"]+)"/.exec(html)![1]!.replaceAll('&amp;', '&');
  const topics = new URLSearchParams(stream.split('?')[1]).getAll('topics');
  expect(topics).toContain(`/inspections/tile?id=${idOf(plant, 'S9')}&period=today&kiosk=1`);
  const snapshot = await plant.text(stream.replace('/stream?', '/stream/snapshot?'));
  const targets = Array.from(snapshot.matchAll(/hx-target="#([^"]+)"/g), ([, id]) => id!);
  // Its tiles, its version, and what every page says of the plant.
  expect(targets).toHaveLength(3 + 2);
  for (const id of targets) expect(html).toContain(`id="${id}"`);
});

test('a wall is changed, keeps its former name for screens that know it, and is removed', async () => {
  await using plant = await withWall(['/inspections/tile S9']);
  const [s9, s4] = [idOf(plant, 'S9'), idOf(plant, 'S4')];
  const changed = await send(plant, '/wall/Line%202%2FA', {
    name: 'Line 2',
    period: '1d',
    dwell: '60',
    'href.1': `/inspections/tile?id=${s9}`,
    'size.1': 'large',
    'order.1': '2',
    [`add:/inspections/tile?id=${s4}`]: '1',
    show: 'later',
  });
  expect([changed.status, changed.headers.get('location')]).toEqual([303, '/wall/Line%202/edit']);
  for (const name of ['Line%202', 'Line%202%2FA']) {
    const html = await plant.text(`/wall/${name}`);
    expect(html).toMatch(/size-large/);
    expect(html.indexOf('tile-S9')).toBeGreaterThan(0);
    expect(html.indexOf('tile-S4')).toBeGreaterThan(0);
  }
  const taken = await send(plant, '/wall', { name: 'Line 2', [`add:/inspections/tile?id=${s4}`]: '1' });
  expect([taken.status, await taken.text()]).toEqual([
    400,
    expect.stringContaining('Another wall has this name.'),
  ]);
  const removed = await send(plant, '/wall/Line%202/remove', {});
  expect([removed.status, removed.headers.get('location')]).toEqual([303, '/wall?done=remove']);
  expect((await plant.request('/wall/Line%202')).status).toBe(404);
});

test('two people who edit a wall do not undo each other unseen, and screens learn of every change', async () => {
  await using plant = await withWall(['/inspections/tile S9']);
  const path = '/wall/Line%202%2FA';
  const [, changed] = /name="changed" value="(\d+)"/.exec(await plant.text(`${path}/edit`))!;
  const version = async () => /data-wall-version="([^"]+)"/.exec(await plant.text(path))![1];
  const shown = await version();
  const s9 = idOf(plant, 'S9');
  plant.clock.set(plant.clock.now() + 1_000);
  const first = { name: 'Line 2/A', changed: changed!, 'href.1': `/inspections/tile?id=${s9}`, period: '1d' };
  expect((await send(plant, path, first)).status).toBe(303);
  expect(await version()).not.toBe(shown);
  const second = await send(plant, path, { ...first, period: '1w' });
  const html = await second.text();
  expect([second.status, html]).toEqual([400, expect.stringContaining('Somebody else changed this wall')]);
  expect(html).toMatch(/<option value="1w" selected>/);
  const [, now] = /name="changed" value="(\d+)"/.exec(html)!;
  expect((await send(plant, path, { ...first, period: '1w', changed: now! })).status).toBe(303);
  expect(await plant.text(path)).toContain('Last 7 days');
});

test('of two people who take the same name at once one gets the wall and the other the form', async () => {
  await using plant = await createTestApp({ images });
  const tile = { [`add:/inspections/tile?id=${idOf(plant, 'S9')}`]: '1' };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => send(plant, '/wall', { name: 'Hall', ...tile })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400]);
  const refused = answers.find(({ status }) => status === 400)!;
  const html = await refused.text();
  expect(html).toContain('Another wall has this name.');
  expect(html).toMatch(/name="name"[^>]*value="Hall"/);
  // The same for two walls that are renamed alike.
  for (const name of ['North', 'South'])
    expect((await send(plant, '/wall', { name, ...tile })).status).toBe(303);
  const renamed = await Promise.all(
    ['North', 'South'].map((name) => send(plant, `/wall/${name}`, { name: 'East', ...tile })),
  );
  expect(renamed.map(({ status }) => status).sort()).toEqual([303, 400]);
  expect((await plant.services.walls.list()).map(({ name }) => name).sort()).toEqual([
    'East',
    'Hall',
    expect.toBeOneOf(['North', 'South']),
  ]);
});

test('a name that another process takes in the same moment is taken', async () => {
  await using plant = await createTestApp({ images });
  const { walls } = plant.services;
  const href = `/inspections/tile?id=${idOf(plant, 'S9')}`;
  const plan = { name: 'Hall', period: '1h', dwellSec: 15, tiles: [{ href, size: 'small' }] } as const;
  expect(await walls.add(plan, 'one', () => null)).toBeNull();
  // Its check saw no wall yet: only the index refuses the second one.
  let looks = 0;
  const late = (all: readonly { name: string }[]) =>
    looks++ > 0 && all.some(({ name }) => name === 'Hall') ? 'nameTaken' : null;
  expect(await walls.add(plan, 'other', late)).toBe('nameTaken');
  await expect(walls.add(plan, 'third', () => null)).rejects.toThrow();
});

test('a tile that cannot be shown takes no other with it, and a station that is hidden leaves the wall', async () => {
  await using plant = await withWall(['/inspections/tile S9', '/inspections/tile/yield S4']);
  const { reads } = plant.services.inspections;
  const { chartStandard } = reads;
  reads.chartStandard = () => Promise.reject(new Error('no chart today'));
  const html = await plant.text('/wall/Line%202%2FA');
  expect(html).toContain('id="tile-S9"');
  expect(html).toContain('This tile cannot be shown now');
  reads.chartStandard = chartStandard;
  await plant.services.recordStations.setHidden(idOf(plant, 'S9'), true);
  const later = await plant.text('/wall/Line%202%2FA');
  expect(later).not.toContain('id="tile-S9"');
  expect(later).toContain('What this tile showed no longer exists');
});

test('a renamed station keeps its tile, and a tile whose station is gone keeps its place and says so', async () => {
  await using plant = await withWall(['/inspections/tile S9'], { 'add:/inspections/tile?id=9999': '1' });
  await plant.services.recordStations.rename(idOf(plant, 'S9'), 'Press 9');
  const html = await plant.text('/wall/Line%202%2FA');
  expect(html).toContain('Press 9');
  expect(html).toContain('What this tile showed no longer exists');
  expect(await plant.text('/wall/Line%202%2FA/edit')).toContain('What this tile showed no longer exists');
});

test('a form that is not right is answered with what was typed and what is wrong', async () => {
  await using plant = await createTestApp({ images });
  const nameless = await send(plant, '/wall', {
    name: '',
    [`add:/inspections/tile?id=${idOf(plant, 'S9')}`]: '1',
  });
  const html = await nameless.text();
  expect([nameless.status, html]).toEqual([400, expect.stringContaining('Give the wall a name.')]);
  expect(html).toMatch(
    new RegExp(`name="add:/inspections/tile\\?id=${idOf(plant, 'S9')}"\\s+value="1"\\s+checked`),
  );
  const empty = await send(plant, '/wall', { name: 'Empty' });
  expect([empty.status, await empty.text()]).toEqual([
    400,
    expect.stringContaining('Choose at least one tile.'),
  ]);
  expect((await plant.request('/wall/None')).status).toBe(404);
});
