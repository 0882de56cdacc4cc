import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { isNormal } from './figures.ts';
import type { SystemState } from './read-state.ts';
import { startSystem } from './system.ts';

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({
    images: ['S9/OR-3CT/OK-20250906-102131-1.jpg', 'S9/OR-3CT/NG-20250906-102132-2.jpg'],
  });
});
afterAll(() => plant.close());

/** Every sample of `/metrics` by its name with labels. */
async function scrape(): Promise<Map<string, number>> {
  const text = await plant.text('/metrics');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

test('Prometheus gets counts, queues and times of requests', async () => {
  await plant.request('/inspections');
  await expect.poll(() => plant.services.live.current.latest('station/S9')).toBeDefined();
  const metrics = await scrape();
  expect(metrics.get('linesight_images_recorded_total')).toBe(2);
  expect(metrics.get('linesight_source_online{source="1"}')).toBe(1);
  expect(metrics.get('linesight_sweep_duration_seconds{source="1"}')).toBeGreaterThanOrEqual(0);
  expect(metrics.get('linesight_queue_depth{queue="incomplete"}')).toBe(0);
  expect(metrics.get('linesight_station_state{station="S9",state="notEnoughHistory"}')).toBe(1);
  expect(metrics.get('linesight_station_last_image_timestamp_seconds{station="S9"}')).toBe(
    Date.parse('2025-09-06T10:21:32+09:00') / 1000,
  );
  expect(metrics.get('linesight_database_bytes')).toBeGreaterThan(4096);
  expect(metrics.get('linesight_stream_viewers')).toBe(0);
  const { images, viewers, skipped } = plant.services.screens.totals();
  expect(images).toBeGreaterThan(0);
  const live = ['images_told_total', 'viewers', 'messages_skipped_total'];
  expect(live.map((name) => metrics.get(`linesight_live_${name}`))).toEqual([images, viewers, skipped]);
  expect(
    metrics.get(
      'linesight_http_request_duration_seconds_count{method="GET",route="/inspections",status="2xx"}',
    ),
  ).toBe(1);
});

test('whatever strangers ask for, the metrics do not grow', async () => {
  const ask = async (round: number) => {
    await plant.request(`/nothing-${round}`);
    await plant.request(`/inspections/${round + 100}`);
    await plant.request(`/stations/none-${round}`);
    await plant.request('/', { method: `X${round}` });
  };
  await ask(0);
  const before = (await scrape()).size;
  for (let round = 1; round < 6; round++) await ask(round);
  expect((await scrape()).size).toBe(before);
});

test('the first figures are there as soon as the product is, not half a minute later', async () => {
  await using fresh = await createTestApp();
  await expect.poll(() => fresh.services.system.history.latest?.values.viewers).toBe(0);
});

test('the System page shows how live images reach the screens', async () => {
  await plant.addImages(['S9/OR-3CT/OK-20250906-102900-3.jpg']);
  await expect.poll(() => plant.services.live.current.latest('station/S9')?.name).toContain('102900');
  await plant.services.system.sample();
  const { values } = plant.services.system.history.latest!;
  // The clock of this plant stands still between noticing and telling.
  expect(values).toMatchObject({ liveTell: 0, liveViewers: 0, liveSkipped: 0 });
  expect(values.liveRate).toBe(plant.services.screens.totals().images);
  expect((await scrape()).get('linesight_live_tell_seconds{quantile="0.95"}')).toBe(0);
});

test('messages that slow screens were spared are counted from one sample to the next', async () => {
  const clock = createTestClock(0);
  let skipped = 0;
  const state = (): SystemState => ({
    live: { images: 0, viewers: 1, skipped, perSecond: 0, deliveryP95Ms: null },
    events: [],
    sources: [],
    queues: { incomplete: 0, backfill: 0, writes: 0, thumbnails: 0 },
    drawTimes: [],
    streams: { viewers: 0, topics: 0 },
    cleanedUpAt: null,
    values: {} as SystemState['values'],
  });
  const system = startSystem({
    readState: async () => state(),
    readStations: async () => [],
    clock,
    log: createLog({ level: 'silent', pretty: false }),
    limits: { pollIntervalMs: 1, maxViewers: 1, thumbnailBytes: 1 },
    version: '1',
    onSample: () => {},
  });
  await system.sample();
  for (const [total, perMinute] of [
    [40, 20],
    [40, 0],
    [41, 0.5],
  ] as const) {
    skipped = total;
    clock.advance(120_000);
    await system.sample();
    expect(system.history.latest?.values.liveSkipped).toBe(perMinute);
  }
  await system.stop();
});

test('the System page shows every figure with its normal range', async () => {
  await plant.services.system.sample();
  const page = await plant.text('/system');
  for (const { key } of plant.services.system.figures) expect(page).toContain(`id="figure-${key}"`);
  expect(page).toContain('normal up to 1 h');
});

test('the System page says how full the disks are and when the last backup was made', async () => {
  await plant.services.backups.makeNow();
  plant.services.retention.start();
  await expect.poll(() => plant.services.retention.disks.length).toBeGreaterThan(0);
  const [disk] = plant.services.retention.disks;
  const page = await plant.text('/system');
  expect(page).toContain(disk?.folders[0]);
  expect(page).toMatch(/<meter[^>]* value="0\.\d+"/);
  expect(page).toMatch(/Last backup<\/a>:\s+\d+ \w+ \d{4}/);
});

test('a backup made on the Backups page is listed with its size and the command that restores it', async () => {
  const answer = await plant.request('/system/backups', {
    method: 'POST',
    headers: { origin: 'http://plant.local' },
  });
  expect(answer.status).toBe(303);
  const [copy] = plant.services.backups.list();
  const page = await plant.text('/system/backups');
  expect(page).toContain(`npm run db -- restore --from ${copy?.path}`);
  expect(page).toContain('Whole when made');
});

test('a value outside its normal range is marked, an unknown one is not', () => {
  expect(isNormal(101, { below: 100 })).toBe(false);
  expect(isNormal(100, { below: 100 })).toBe(true);
  expect(isNormal(99, { above: 100 })).toBe(false);
  expect([isNormal(null, { below: 1 }), isNormal(5, null)]).toEqual([true, true]);
});
