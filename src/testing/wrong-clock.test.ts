import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../kernel/time/clock.ts';
import { hourMs } from '../kernel/time/durations.ts';
import { createTestApp, type TestApp } from './test-app.ts';

const timeZone = 'Asia/Seoul';
const patience = { timeout: 20_000, interval: 100 };

let plant: TestApp;
let count = 0;
beforeAll(async () => {
  plant = await createTestApp({
    env: { DEMO: '0', WATCH_MODE: 'events' },
    images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'],
  });
});
afterAll(() => plant.close());

/** Images that arrive now, named by a clock that is off by so much. */
async function arrive(images: number, aheadMs: number): Promise<void> {
  // The scanner lives in real time, and what it finds is recorded at this app's.
  plant.clock.set(systemClock.now());
  const local = Temporal.Instant.fromEpochMilliseconds(plant.clock.now() + aheadMs).toZonedDateTimeISO(
    timeZone,
  );
  const stamp = local.toString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const names = Array.from({ length: images }, () => `S9/OR-3CT/OK-${stamp}-${++count}.jpg`);
  await plant.writeImages(names);
}

const stateOf = async () =>
  ((await plant.json('/api/v1/stations')) as { stations: { state: string }[] }).stations[0]?.state;

test('a camera whose clock is off is said on Sources, Overview and its station, and no longer once it is right', async () => {
  await arrive(20, 9 * hourMs);
  await vi.waitFor(async () => expect(await stateOf()).toBe('clockWrong'), patience);
  for (const page of ['/sources', '/overview', '/stations/S9'])
    expect(await plant.text(page), page).toContain(
      'names are 9 h ahead of this server; is SITE_TIME_ZONE right?',
    );
  expect(await plant.text('/inspections?kiosk=1')).toContain('Clock 9 h ahead');
  await arrive(20, 0);
  await vi.waitFor(async () => expect(await stateOf()).not.toBe('clockWrong'), patience);
  expect(await plant.text('/sources')).not.toContain('is SITE_TIME_ZONE right?');
  await arrive(20, -9 * hourMs);
  await vi.waitFor(async () => expect(await stateOf()).toBe('clockWrong'), patience);
  expect(await plant.text('/overview')).toContain('names are 9 h behind this server');
});

test('a single image named ahead is marked, where it is listed and on its own page', async () => {
  const history = await plant.text('/stations/S9?period=1d');
  expect(history).toContain('Clock 9 h ahead');
  const id = /href="\/inspections\/(\d+)[^"]*"[^>]*>(?:(?!<\/a>)[\s\S])*Clock 9 h ahead/.exec(history)?.[1];
  expect(await plant.text(`/inspections/${id}`)).toContain('Clock 9 h ahead: its name says');
});
