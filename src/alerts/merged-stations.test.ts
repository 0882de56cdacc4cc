import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp, testNow } from '../testing/test-app.ts';

const minute = 60_000;
const hour = 60 * minute;
const thisHourAt = Math.floor(testNow / hour) * hour;

let plant: TestApp;
let former: number;
let shown: number;
beforeAll(async () => {
  plant = await createTestApp({
    env: { ACCESS: 'open' },
    images: ['S9/OR-3CT/OK-20250906-101000-1.jpg', 'S4/OR-2CT/OK-20250906-101100-1.jpg'],
  });
  const { names } = plant.services.inspections.reads;
  former = names.findStationId('S9')!;
  shown = names.findStationId('S4')!;
  // Thirty hours of 2 % NG, then two of 12 %.
  await count(former, 'OR-3CT', { fromHour: -32, hours: 30, ng: 2 });
  await count(former, 'OR-3CT', { fromHour: -2, hours: 2, ng: 12 });
  await plant.services.inspections.judgeAgain([former]);
});
afterAll(() => plant.close());

type Hours = { fromHour: number; hours: number; ng: number };

/** A hundred inspections in each of some hours, one in a minute and the rest in its first. */
async function count(stationId: number, part: string, { fromHour, hours, ng }: Hours): Promise<void> {
  const { db, inspections } = plant.services;
  const { inspectionHours, inspectionMinutes } = db.tables;
  const row = { stationId, partId: inspections.reads.names.findPartId(part)!, unmatched: 0 };
  await db.tx(async (q) => {
    for (let i = 0; i < hours; i++) {
      const startAt = thisHourAt + (fromHour + i) * hour;
      await q.insert(inspectionHours).values({ ...row, startAt, ok: 100 - ng, ng });
      for (let m = 0; m < 50; m++) {
        const bad = m < ng ? 1 : 0;
        await q
          .insert(inspectionMinutes)
          .values({ ...row, startAt: startAt + m * minute, ok: 2 - bad, ng: bad });
      }
    }
  });
}

const post = (path: string, form: Record<string, string> = {}) =>
  plant.post(path, { body: new URLSearchParams(form) });
/** All its hours, as soon after a merge. */
const judge = async () => {
  const { stationTests } = plant.services.inspections;
  stationTests.wake([shown], 0);
  await stationTests.run();
};
const openOf = (stationId: number) => plant.services.inspections.reads.alarms.listOpen({ stationId });
const usualOf = async (stationId: number) =>
  (await openOf(stationId)).filter(({ key }) => key === 'usualYield');

test('alarms of a station that was merged are those of the station it is shown as', async () => {
  const [alarm] = await usualOf(former);
  expect(alarm?.stationId).toBe(former);
  expect(await openOf(shown)).toEqual([]);
  expect(await plant.text('/stations/S4')).not.toContain('Below normal');
  expect((await post(`/plant/stations/${former}/merge`, { into: String(shown) })).status).toBe(303);
  plant.clock.advance(6_000);
  expect((await usualOf(shown)).map(({ raisedAt }) => raisedAt)).toEqual([alarm!.raisedAt]);
  for (const path of ['/alerts', '/stations/S4', '/overview']) {
    const html = await plant.text(path);
    // The Overview names the worst of what is wrong.
    expect(html, path).toContain(path === '/overview' ? 'NG burst' : 'Below normal');
    expect(html, path).toContain('/stations/S4');
    expect(html, path).not.toContain('/stations/S9');
  }
});

test('they are acknowledged there', async () => {
  const [alarm] = await usualOf(shown);
  const form = { station: String(former), alarm: 'usualYield', raised: String(alarm!.raisedAt) };
  expect(await plant.text('/stations/S4')).toContain(`name="station" value="${former}"`);
  expect((await post('/alerts/acknowledge', { ...form, note: 'tool' })).status).toBe(303);
  expect((await usualOf(shown))[0]?.acknowledged).toMatchObject({ note: 'tool' });
});

test('judged with the counts of both, an alarm that they show goes on and is no second one', async () => {
  const before = await usualOf(shown);
  await judge();
  expect((await usualOf(shown)).map(({ raisedAt }) => raisedAt)).toEqual(
    before.map(({ raisedAt }) => raisedAt),
  );
});

test('one that the counts of both no longer show ends as revised', async () => {
  // Its images were judged again meanwhile.
  const { db, inspections } = plant.services;
  const { inspectionHours, inspectionMinutes } = db.tables;
  await db.tx(async (q) => {
    await q.delete(inspectionHours);
    await q.delete(inspectionMinutes);
  });
  await count(former, 'OR-3CT', { fromHour: -32, hours: 32, ng: 2 });
  await judge();
  expect(await openOf(shown)).toEqual([]);
  const ended = await inspections.reads.alarms.listEnded({}, 10);
  expect(ended.find(({ key }) => key === 'usualYield')).toMatchObject({
    stationId: former,
    ending: 'revised',
  });
});
