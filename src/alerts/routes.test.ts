import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp, testNow } from '../testing/test-app.ts';

const minute = 60_000;
const hour = 60 * minute;

let plant: TestApp;
let stationId: number;
let partId: number;
let raised: string;
beforeAll(async () => {
  plant = await createTestApp({ images: ['S9/OR-3CT/OK-20250906-101000-1.jpg'] });
  const { names, alarms } = plant.services.inspections.reads;
  stationId = names.findStationId('S9')!;
  partId = names.findPartId('OR-3CT')!;
  // Thirty hours of 2 % NG, then two of 12 %: counted, as if their images had been recorded.
  await count(-32, 30, 2);
  await count(-2, 2, 12);
  await plant.services.inspections.judgeAgain([stationId]);
  const alarm = (await alarms.listOpen()).find(({ key }) => key === 'usualYield');
  raised = String(alarm!.raisedAt);
});
afterAll(() => plant.close());

/** A hundred inspections in each of some hours from so many hours before now on, one in a minute and the rest in its first. */
async function count(fromHour: number, hours: number, ng: number): Promise<void> {
  const { db } = plant.services;
  const { inspectionHours, inspectionMinutes } = db.tables;
  const thisHourAt = Math.floor(testNow / hour) * hour;
  await db.tx(async (q) => {
    for (let i = 0; i < hours; i++) {
      const startAt = thisHourAt + (fromHour + i) * hour;
      const row = { stationId, partId, unmatched: 0 };
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

function post(path: string, form: Record<string, string>): Promise<Response> {
  return plant.post(path, { body: new URLSearchParams(form) });
}

const audit = async () =>
  (await plant.services.db.read.select().from(plant.services.db.tables.auditEntries)).map(
    ({ action, target }) => `${action} ${target}`,
  );

test('an alarm is on its page and on its station with what it rests on', async () => {
  for (const path of ['/alerts', '/stations/S9']) {
    const html = await plant.text(path);
    expect(html, path).toContain('Below normal');
    expect(html.replaceAll(/\s+/g, ' '), path).toMatch(/usual 98.0 % of [23],\d00, 1 d, OR-3CT/);
  }
});

test('acknowledging names who has it and changes no state', async () => {
  const answer = await post('/alerts/acknowledge', {
    station: String(stationId),
    alarm: 'usualYield',
    raised,
    note: ' tool worn ',
    back: '/stations/S9',
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/stations/S9']);
  expect(await audit()).toContain('alarm.acknowledge S9: usualYield');
  const rows = await plant.services.db.read.select().from(plant.services.db.tables.alertEpisodes);
  expect(rows.find(({ alarm }) => alarm === 'usualYield')).toMatchObject({
    acknowledgedBy: '(this machine)',
    note: 'tool worn',
    endedAt: null,
  });
});

test('a form that names no alarm is refused with the field', async () => {
  const good = { station: String(stationId), alarm: 'usualYield', raised };
  const statusOf = async (path: string, form: Record<string, string>) => (await post(path, form)).status;
  expect(await statusOf('/alerts/acknowledge', { ...good, alarm: 'x' })).toBe(400);
  expect(await statusOf('/alerts/acknowledge', { ...good, raised: '1.5' })).toBe(400);
  expect(await statusOf('/alerts/acknowledge', { ...good, raised: '7' })).toBe(404);
  expect(await statusOf('/alerts/acknowledge', { ...good, station: '999' })).toBe(404);
  expect(await statusOf('/alerts/accept', { ...good, from: 'soon' })).toBe(400);
  expect(await statusOf('/alerts/accept', { ...good, from: '2031-01-01T00:00' })).toBe(400);
});

test('accepting ends the alarm and begins a stage at the chosen hour of the site', async () => {
  const answer = await post('/alerts/accept', {
    station: String(stationId),
    alarm: 'usualYield',
    raised,
    from: '2025-09-06T09:45',
  });
  expect(answer.status).toBe(303);
  expect(await plant.services.inspections.reads.alarms.listStages(stationId)).toContain(
    Date.parse('2025-09-06T09:00:00+09:00'),
  );
  expect(await plant.services.inspections.reads.alarms.listOpen({ stationId })).toEqual([]);
  expect(await audit()).toContain('alarm.accept S9: usualYield');
  expect(await plant.text('/alerts')).toContain('accepted as the new normal');
});

test('a target is set, shown, judged by and removed; a yield that cannot be is refused', async () => {
  const { targets } = plant.services.inspections.reads;
  const holds = () => targets.targetOf({ stationId, partId, at: testNow });
  expect((await post('/targets', { station: 'S9', part: 'OR-3CT', yield: '97,5 %' })).status).toBe(303);
  expect(holds()).toBeCloseTo(0.975, 12);
  expect(await plant.text('/targets')).toContain('97.5 %');
  const refusalOf = async (form: Record<string, string>) => {
    const { headers } = await post('/targets', form);
    return plant.text(headers.get('location')!);
  };
  expect(await refusalOf({ station: '', part: '', yield: '100' })).toContain('lies between 0 and 100 %');
  expect(await refusalOf({ station: 'S77', part: '', yield: '95' })).toContain('no such station');
  expect(await refusalOf({ station: '', part: 'none', yield: '95' })).toContain('no such model');
  expect(targets.listInForce(testNow)).toHaveLength(1);
  expect(await audit()).toContain('target.set S9 / OR-3CT');
  plant.clock.advance(1000);
  expect((await post('/targets', { station: 'S9', part: 'OR-3CT', remove: '1' })).status).toBe(303);
  expect(targets.targetOf({ stationId, partId, at: testNow + 2000 })).toBeUndefined();
});
