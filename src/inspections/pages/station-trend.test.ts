import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';

const minute = 60_000;
const hour = 60 * minute;
const thisHourAt = Math.floor(testNow / hour) * hour;

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({
    images: ['S9/OR-3CT/OK-20250906-101000-1.jpg', 'S4/OR-2CT/NG-20250906-101000-1.jpg'],
  });
  // S9: eight days of 2 %, then a day of 8 %. S4 has no history.
  await count('S9', 'OR-3CT', -9 * 24, 8 * 24, 2);
  await count('S9', 'OR-3CT', -24, 24, 8);
});
afterAll(() => plant.close());

/** A hundred inspections an hour with so many NG, spread over its minutes. */
async function count(station: string, part: string, fromHour: number, hours: number, ng: number) {
  const { db, inspections } = plant.services;
  const { inspectionHours, inspectionMinutes } = db.tables;
  const { names } = inspections.reads;
  const of = { stationId: names.findStationId(station)!, partId: names.findPartId(part)!, unmatched: 0 };
  const byHour = Array.from({ length: hours }, (_, i) => ({
    ...of,
    startAt: thisHourAt + (fromHour + i) * hour,
    ok: 100 - ng,
    ng,
  }));
  const byMinute = byHour.flatMap(({ startAt }) =>
    Array.from({ length: 50 }, (_, m) => ({
      ...of,
      startAt: startAt + m * minute,
      ok: m < ng ? 1 : 2,
      ng: m < ng ? 1 : 0,
    })),
  );
  await db.tx(async (q) => {
    for (let i = 0; i < byHour.length; i += 100)
      await q.insert(inspectionHours).values(byHour.slice(i, i + 100));
    for (let i = 0; i < byMinute.length; i += 200)
      await q.insert(inspectionMinutes).values(byMinute.slice(i, i + 200));
  });
}

const trend = async (query: string) => (await plant.text(`/station/trend?${query}`)).replaceAll(/\s+/g, ' ');

test('a day that is bad from its beginning is out of the limits of the days before it', async () => {
  const html = await trend('station=S9&period=1d');
  expect(html).toMatch(/Limits from usual 98\.\d % of 1[89],\d00, [78] d, OR-3CT/);
  expect(html).toMatch(/\d+ points outside the limits/);
  expect(html.match(/chart-out/g)!.length).toBeGreaterThan(5);
});

test('an hour with few expected NG is a g chart or says so, and one without history has no limits', async () => {
  expect(await trend('station=S9&period=custom&start=2025-09-04T10:00&end=2025-09-04T11:00')).toContain(
    'NG are too rare here',
  );
  const unknown = await trend('station=S4&period=1d');
  expect(unknown).toContain('Not enough history before this time');
  expect(unknown).not.toContain('outside the limits');
});

test('a week of a steady station is inside its limits', async () => {
  const html = await trend('station=S9&period=custom&start=2025-09-01T00:00&end=2025-09-05T00:00');
  expect(html).toContain('all points within the limits');
});
