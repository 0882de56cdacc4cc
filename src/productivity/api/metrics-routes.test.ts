import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

let plant: TestApp;
beforeEach(async () => {
  plant = await createTestApp();
});
afterEach(() => plant.close());

/** A working day of the plant, whose clock stands on Saturday morning. */
const day = 'period=custom&start=2025-09-05T00:00&end=2025-09-06T00:00';
const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const stamp = (minute: number) =>
  `20250905-${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}00`;
/** An image a minute; every tenth is NG. */
const images = (station: string, model: string, from: string, to: string) =>
  Array.from({ length: minuteOf(to) - minuteOf(from) }, (_, i) => {
    const minute = minuteOf(from) + i;
    return `${station}/${model}/${i % 10 === 9 ? 'NG' : 'OK'}-${stamp(minute)}-${minute}.jpg`;
  });
type Answer = {
  isAssumed: boolean;
  total: Record<string, number | null> & { losses: Record<string, number> | null };
  lines: Record<string, unknown>[];
  stations: (Record<string, unknown> & { losses: Record<string, number> | null })[];
  stops: Record<string, unknown>[];
};
const read = async (path: string) => (await plant.json(path)) as Answer;

test('a station’s effectiveness comes from its images, planned time and ideal cycle', async () => {
  // 08:00 to 12:00 of one model, half an hour of nothing, then another until the shift ends at 17:00.
  await plant.addImages([...images('S9', 'A', '08:00', '12:00'), ...images('S9', 'B', '12:30', '17:00')]);
  const { cycles, sites } = plant.services.productivity;
  await cycles.set({ siteId: sites.own.id, stationId: 0, partId: 0 }, { cycleMs: 50_000, by: 'test' });
  const { isAssumed, stations, total } = await read(`/api/v1/metrics/oee?${day}`);
  expect(isAssumed).toBe(true);
  const [s9] = stations;
  expect(s9).toMatchObject({ station: 'S9', isJudged: true, produced: 510, good: 459, stops: 1 });
  // The last image of model A is of 11:59, so 31 minutes are lost.
  expect(s9?.availability).toBeCloseTo(509 / 540, 9);
  expect(s9?.performance).toBeCloseTo((510 * 50) / (509 * 60), 9);
  expect(s9?.quality).toBeCloseTo(0.9, 9);
  expect(s9?.oee).toBeCloseTo((459 * 50) / (540 * 60), 9);
  expect(s9?.target).toBeCloseTo((540 * 60) / 50, 9);
  // Another model after than before: the stop is a change-over, and its NG of half an hour belong to the start-up.
  expect(s9?.losses).toMatchObject({ breakdown: 0, setup: 31 * 60_000, startUpRejects: 3 * 50_000 });
  const lost = Object.values(s9?.losses ?? {}).reduce((sum, ms) => sum + ms, 0);
  expect(lost).toBeCloseTo(540 * 60_000 * (1 - Number(s9?.oee)), 3);
  expect(total.oee).toBe(s9?.oee);

  const { stops } = await read(`/api/v1/stops?${day}&station=S9`);
  expect(stops).toEqual([
    expect.objectContaining({
      station: 'S9',
      start: '2025-09-05T02:59:00.000Z',
      end: '2025-09-05T03:30:00.000Z',
      plannedMs: 31 * 60_000,
      loss: 'setup',
      isChangeOver: true,
      reason: null,
    }),
  ]);
  expect((await plant.request(`/api/v1/stops?${day}&station=S1`)).status).toBe(404);
  const longer = 'period=custom&start=2025-07-01T00:00&end=2025-09-06T00:00';
  expect((await plant.request(`/api/v1/metrics/oee?${longer}`)).status).toBe(400);
});

test('a reason given for an instant of a stop is its reason, the last one wins, and a planned stop is no loss', async () => {
  await plant.addImages([...images('S9', 'A', '08:00', '10:00'), ...images('S9', 'A', '10:30', '17:00')]);
  const { reasons, sites, forgetShifts } = plant.services.productivity;
  const siteId = sites.own.id;
  await reasons.add(siteId, { parentId: 0, name: 'Jam', loss: 'breakdown' });
  await reasons.add(siteId, { parentId: 0, name: 'Meeting', loss: 'planned' });
  const [jam, meeting] = await reasons.list(siteId);
  const stationId = plant.services.inspections.reads.names.findStationId('S9')!;
  const report = { stationId, at: Date.parse('2025-09-05T10:10:00+09:00'), note: '', reportedBy: 'Kim' };
  const before = await read(`/api/v1/metrics/oee?${day}`);
  expect(before.stations[0]).toMatchObject({ plannedBusyMs: 540 * 60_000, availability: 509 / 540 });
  await reasons.report(siteId, { ...report, reasonId: jam!.id });
  forgetShifts();
  expect((await read(`/api/v1/stops?${day}`)).stops[0]).toMatchObject({ reason: 'Jam', loss: 'breakdown' });
  await reasons.report(siteId, { ...report, reasonId: meeting!.id, note: 'all hands' });
  forgetShifts();
  expect((await read(`/api/v1/stops?${day}`)).stops[0]).toMatchObject({
    reason: 'Meeting',
    note: 'all hands',
    reportedBy: 'Kim',
    loss: 'planned',
  });
  const after = await read(`/api/v1/metrics/oee?${day}`);
  expect(after.stations[0]).toMatchObject({ plannedBusyMs: 509 * 60_000, availability: 1 });
  await expect(reasons.report(siteId, { ...report, reasonId: 999 })).rejects.toThrow('no such reason');
});

test('count events are the units of a station that reports any, and closed shifts follow late ones', async () => {
  const { workers, workstations, sites } = plant.services.productivity;
  await workers.put(sites.own.id, { code: 'W1' });
  await workstations.put(sites.own.id, { code: 'S5', name: 'Welding' });
  const countAt = (minute: number, count = 2) => ({
    timestamp: new Date(Date.parse('2025-09-05T00:00:00+09:00') + minute * 60_000).toISOString(),
    worker_id: 'W1',
    workstation_id: 'S5',
    event_type: 'product_count',
    count,
  });
  const send = (events: object[]) => plant.post('/api/events/batch', { body: JSON.stringify(events) });
  const minutes = Array.from({ length: 540 }, (_, i) => minuteOf('08:00') + i);
  await send(minutes.filter((minute) => minute < 700 || minute > 715).map((minute) => countAt(minute)));
  const first = await read(`/api/v1/metrics/oee?${day}`);
  expect(first.stations).toEqual([
    expect.objectContaining({ station: 'Welding', produced: 524 * 2, quality: null, oee: null, stops: 1 }),
  ]);
  await send(minutes.filter((minute) => minute >= 700 && minute <= 715).map((minute) => countAt(minute)));
  const late = await read(`/api/v1/metrics/oee?${day}`);
  expect(late.stations[0]).toMatchObject({ produced: 540 * 2, stops: 0, availability: 1 });
});

test('what is not counted and has no ideal cycle is not judged', async () => {
  const { workstations, cycles, sites } = plant.services.productivity;
  const { stationId } = await workstations.put(sites.own.id, { code: 'S5', name: 'Welding' });
  expect((await read(`/api/v1/metrics/oee?${day}`)).stations[0]).toMatchObject({ isJudged: false });
  expect((await read(`/api/v1/stops?${day}`)).stops).toEqual([]);
  await cycles.set({ siteId: sites.own.id, stationId, partId: 0 }, { cycleMs: 1_000, by: 'test' });
  expect((await read(`/api/v1/metrics/oee?${day}`)).stations[0]).toMatchObject({ isJudged: true, oee: 0 });
});

test('metrics of workers and workstations say how much is known', async () => {
  await plant.post('/api/seed');
  const { isAssumed, ...answer } = (await plant.json(`/api/v1/metrics/workers?${day}`)) as Record<
    string,
    unknown
  >;
  expect([isAssumed, answer.start]).toEqual([true, '2025-09-05T00:00:00+09:00']);
  const [alice] = answer.workers as Record<string, number>[];
  expect(alice).toMatchObject({ worker: 'W1', name: 'Alice Johnson', plannedMs: 540 * 60_000, coverage: 1 });
  const { workingMs = 0, idleMs = 0, absentMs = 0, unknownMs = 0, plannedMs } = alice ?? {};
  expect(workingMs + idleMs + absentMs + unknownMs).toBe(plannedMs);
  const stations = (await plant.json(`/api/v1/metrics/workstations?${day}`)) as { workstations: object[] };
  expect(stations.workstations[4]).toMatchObject({ station: 'S5', name: 'Welding Station', type: 'welding' });
});

test('stations of a line with shifts of its own are measured over those, and lines are added up', async () => {
  // S1 works by the site, which plans 08:00 to 17:00; S2 by its line, until 12:00 only.
  await plant.addImages([...images('S1', 'A', '08:00', '17:00'), ...images('S2', 'A', '08:00', '17:00')]);
  const { cycles, sites } = plant.services.productivity;
  await cycles.set({ siteId: sites.own.id, stationId: 0, partId: 0 }, { cycleMs: 60_000, by: 'test' });
  const week = { cycleDays: 7, cycleFrom: '2025-09-01', exceptions: [], downtimes: [] };
  const shift = { name: 'Early', start: '08:00', end: '12:00', breaks: [], days: [1, 2, 3, 4, 5] };
  const file = {
    version: 1,
    lines: [{ name: 'Line 1' }, { name: 'Line 2' }],
    stations: [
      { name: 'S1', line: 'Line 1' },
      { name: 'S2', line: 'Line 2' },
    ],
    shiftPlans: [{ line: 'Line 2', fromDate: '2025-09-01', plan: { ...week, shifts: [shift] } }],
  };
  const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(file) };
  expect((await plant.request('/api/v1/plant', put)).status).toBe(200);

  const all = await read(`/api/v1/metrics/oee?${day}`);
  expect(all.stations).toEqual([
    expect.objectContaining({ station: 'S1', line: 'Line 1', produced: 540, target: 540 }),
    expect.objectContaining({ station: 'S2', line: 'Line 2', produced: 240, target: 240 }),
  ]);
  expect(all.lines).toEqual([
    expect.objectContaining({ line: 'Line 1', produced: 540, availability: 1 }),
    expect.objectContaining({ line: 'Line 2', produced: 240, availability: 1 }),
  ]);
  expect(all.total.produced).toBe(780);
  const second = await read(`/api/v1/metrics/oee?${day}&line=Line%202`);
  expect(second.stations.map(({ station }) => station)).toEqual(['S2']);
  expect(second.isAssumed).toBe(false);
  expect((await plant.request(`/api/v1/metrics/oee?${day}&line=Line%203`)).status).toBe(404);

  const text = async (path: string) =>
    (await plant.text(path)).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  // One shift of the site: of the line, what it had planned in that time. What was made in no planned time is made all the same.
  expect(await text(`/productivity/hours?${day}`)).toContain('1,080 of 780 due by now');
  expect(await text(`/productivity/hours?${day}&line=Line%202`)).toContain(
    '240 of 240 due by now, 240 in the whole shift · Early · Line 2',
  );
  const handover = `/productivity/handover?${day}&line=Line%202`;
  expect(await text(handover)).toContain('Early · Line 2 ·');
  const note = {
    shift: String(Date.parse('2025-09-05T08:00:00+09:00')),
    line: 'Line 2',
    text: 'Feeder jams',
  };
  const answer = await plant.post('/productivity/handover/notes', { body: new URLSearchParams(note) });
  expect(answer.headers.get('location')).toBe('/productivity/handover?line=Line+2#notes-title');
  expect(await text(handover)).toContain('Feeder jams');
  expect(await text(`/productivity/handover?${day}`)).toContain('Feeder jams Line 2 ·');
  expect(await text(`/productivity/handover?${day}&line=Line%201`)).not.toContain('Feeder jams');
});
