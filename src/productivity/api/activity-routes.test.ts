import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

let plant: TestApp;
const open = async (env: Record<string, string> = {}) => {
  plant = await createTestApp({ env });
  const { workers, workstations, sites } = plant.services.productivity;
  await workers.put(sites.own.id, { code: 'W1', name: 'Alice Johnson' });
  await workers.put(sites.own.id, { code: 'W2', name: 'Bob Smith' });
  await workstations.put(sites.own.id, { code: 'S1', name: 'Assembly Line 1', type: 'assembly' });
};
beforeEach(() => open());
afterEach(() => plant.close());

// The plant's clock says Saturday 2025-09-06, 10:30 in Seoul; the day before is a working day.
const eventAt = (time: string, kind: string, more: object = {}) => ({
  timestamp: `2025-09-05T${time}:00+09:00`,
  worker_id: 'W1',
  workstation_id: 'S1',
  event_type: kind,
  confidence: 0.9,
  ...more,
});
const send = (path: string, body: unknown, type = 'application/json') =>
  plant.post(path, {
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const sent = async (path: string, body: unknown) => {
  const answer = await send(path, body);
  return [answer.status, await answer.json()];
};

test('an event is taken once, and what is wrong with another is said', async () => {
  const event = eventAt('08:00', 'working');
  expect(await sent('/api/events', event)).toEqual([201, { message: 'Event ingested successfully' }]);
  expect(await sent('/api/events', event)).toEqual([200, { message: 'Duplicate event ignored' }]);
  const errorOf = async (body: unknown) => {
    const [status, { error }] = (await sent('/api/events', body)) as [number, { error: string }];
    return [status, error];
  };
  expect(await errorOf({ worker_id: 'W1' })).toEqual([
    400,
    'Missing required fields: timestamp, workstation_id, event_type',
  ]);
  expect(await errorOf({ ...event, worker_id: 'W9' })).toEqual([400, 'Unknown worker_id "W9"']);
  expect(await errorOf({ ...event, workstation_id: 'S9' })).toEqual([400, 'Unknown workstation_id "S9"']);
  expect(await errorOf({ ...event, event_type: 'sleeping' })).toEqual([
    400,
    'Unknown event_type "sleeping": use working, idle, absent, product_count',
  ]);
  expect((await errorOf({ ...event, confidence: 1.2 }))[0]).toBe(400);
  expect((await errorOf({ ...event, count: -1 }))[0]).toBe(400);
  expect((await errorOf({ ...event, timestamp: 'yesterday' }))[0]).toBe(400);
  expect((await errorOf('{'))[0]).toBe(400);
  expect((await errorOf([event]))[0]).toBe(400);
  const named = { ...eventAt('09:00', 'idle'), event_id: 'x' };
  await sent('/api/events', named);
  expect(await errorOf({ ...named, event_type: 'working' })).toEqual([
    400,
    'event_id "x" came before with other content',
  ]);
});

test('of a list the good events are kept, and the bad ones named by place and reason', async () => {
  const list = [eventAt('08:00', 'working'), { worker_id: 'W1' }, eventAt('08:30', 'idle')];
  expect(await sent('/api/events/batch', list)).toEqual([
    201,
    {
      message: '2/3 events ingested successfully',
      success_count: 2,
      total_count: 3,
      failed_count: 1,
      failed_indices: [1],
      errors: [{ index: 1, error: 'Missing required fields: timestamp, workstation_id, event_type' }],
    },
  ]);
  expect(await sent('/api/events/batch', { a: 1 })).toEqual([400, { error: 'Expected a list of events' }]);
});

test('a single event of the newer address is answered by its status', async () => {
  const event = { ...eventAt('08:00', 'working'), event_id: 'x' };
  expect(await sent('/api/v1/events', event)).toMatchObject([201, { accepted: 1, duplicates: 0 }]);
  expect(await sent('/api/v1/events', event)).toMatchObject([200, { accepted: 0, duplicates: 1 }]);
  expect((await send('/api/v1/events', { ...event, event_type: 'idle' })).status).toBe(409);
  expect((await send('/api/v1/events', { ...event, confidence: 7 })).status).toBe(400);
  expect((await send('/api/v1/events', null)).status).toBe(400);
});

test('NDJSON is taken line by line, whatever a line holds', async () => {
  const lines = [eventAt('08:00', 'working'), 'nonsense', '', eventAt('08:00', 'working')].map((line) =>
    typeof line === 'string' ? line : JSON.stringify(line),
  );
  const answer = await send('/api/v1/events', lines.join('\n'), 'application/x-ndjson');
  expect([answer.status, await answer.json()]).toEqual([
    201,
    {
      accepted: 1,
      duplicates: 1,
      pastRetention: 0,
      refused: [{ index: 1, error: 'An event must be a JSON object' }],
      refusedCount: 1,
    },
  ]);
});

test('an event more than five minutes ahead is refused and kept to be looked at', async () => {
  const ahead = { ...eventAt('08:00', 'working'), timestamp: '2025-09-06T10:36:00+09:00' };
  expect((await send('/api/events', ahead)).status).toBe(400);
  const near = { ...ahead, timestamp: '2025-09-06T10:35:00+09:00' };
  expect((await send('/api/events', near)).status).toBe(201);
  const { refusedEvents, sites } = plant.services.productivity;
  const [kept] = await refusedEvents.list(sites.own.id, 10);
  expect(kept?.reason).toContain('more than 5 minutes ahead');
  expect(JSON.parse(kept?.body ?? '')).toEqual(ahead);
});

test('the figures of the replaced system come from states, not from the time to the next event', async () => {
  await sent('/api/events/batch', [
    eventAt('08:00', 'working'),
    eventAt('09:30', 'idle'),
    eventAt('10:00', 'working'),
    eventAt('10:15', 'product_count', { count: 5 }),
    eventAt('12:00', 'absent'),
    eventAt('13:00', 'working'),
  ]);
  const day = 'from=2025-09-05&to=2025-09-06';
  const expected = {
    worker_id: 'W1',
    name: 'Alice Johnson',
    total_active_time_hours: 3.25,
    total_idle_time_hours: 0.5,
    utilization_percentage: 68.42,
    total_units_produced: 5,
    units_per_hour: 1.54,
    event_count: 6,
  };
  expect(await plant.json('/api/metrics/workers/W1')).toEqual(expected);
  expect(await plant.json(`/api/metrics/workers/W1?${day}`)).toEqual(expected);
  expect(await plant.json(`/api/metrics/workers?${day}`)).toHaveLength(2);
  expect(await plant.json('/api/metrics/workstations/S1')).toEqual({
    station_id: 'S1',
    name: 'Assembly Line 1',
    type: 'assembly',
    occupancy_time_hours: 3.75,
    utilization_percentage: 68.42,
    total_units_produced: 5,
    throughput_rate: 1.33,
    event_count: 6,
  });
  expect(await plant.json('/api/metrics/factory')).toEqual({
    total_productive_time_hours: 3.25,
    total_production_count: 5,
    average_production_rate: 1.54,
    average_utilization_percentage: 68.42,
    worker_count: 2,
    station_count: 1,
    total_events: 6,
  });
  // From the middle of a state to the middle of another.
  expect(
    await plant.json('/api/metrics/workers/W1?from=2025-09-05T08:30&to=2025-09-05T10:10:30'),
  ).toMatchObject({ total_active_time_hours: 0.68, total_idle_time_hours: 0.5, total_units_produced: 0 });
  const missing = await plant.request('/api/metrics/workers/W7');
  expect([missing.status, await missing.json()]).toEqual([404, { error: 'Worker not found' }]);
  const none = await plant.request('/api/metrics/workstations/S7');
  expect([none.status, await none.json()]).toEqual([404, { error: 'Workstation not found' }]);
  expect((await plant.request('/api/metrics/factory?from=soon')).status).toBe(400);
});

test('the state of a worker who is heard of no more ends now, not later', async () => {
  const at = (time: string) => ({ ...eventAt('08:00', 'working'), timestamp: `2025-09-06T${time}+09:00` });
  await sent('/api/events', at('10:00:15'));
  expect(await plant.json('/api/metrics/workers/W1')).toMatchObject({ total_active_time_hours: 0.5 });
  plant.clock.advance(15 * 60_000);
  expect(await plant.json('/api/metrics/workers/W1')).toMatchObject({ total_active_time_hours: 0.75 });
  plant.clock.advance(60 * 60_000);
  expect(await plant.json('/api/metrics/workers/W1')).toMatchObject({ total_active_time_hours: 1 });
});

test('recorded events are listed newest first, page by page', async () => {
  const list = ['08:00', '08:00', '08:10', '08:20'].map((time, i) =>
    eventAt(time, 'working', { count: 0, event_id: `e${i}` }),
  );
  await sent('/api/events/batch', list);
  type Row = { id: number; event_id: string };
  const first = (await plant.json('/api/events?limit=3')) as Row[];
  expect(first.map((row) => row.event_id)).toEqual(['e3', 'e2', 'e1']);
  const rest = (await plant.json(`/api/events?limit=3&before=${first[2]?.id}`)) as Row[];
  expect(rest.map((row) => row.event_id)).toEqual(['e0']);
  expect(rest[0]).toMatchObject({
    timestamp: '2025-09-04T23:00:00.000Z',
    worker_id: 'W1',
    workstation_id: 'S1',
    event_type: 'working',
    confidence: 0.9,
    received_at: '2025-09-06T01:30:15.000Z',
  });
  expect(await plant.json('/api/events?from=2025-09-05T08:10&to=2025-09-05T08:20')).toHaveLength(1);
  expect(await plant.json('/api/events?worker_id=W2')).toEqual([]);
  expect(await plant.json('/api/events?event_type=idle')).toEqual([]);
  expect(await plant.json('/api/events?workstation_id=S1&worker_id=W1&before=2025-09-05T08:10')).toHaveLength(
    2,
  );
});

test('lists of workers and workstations answer with and without a slash at the end', async () => {
  for (const path of ['/api/workers', '/api/workers/'])
    expect(await plant.json(path)).toEqual([
      { worker_id: 'W1', name: 'Alice Johnson' },
      { worker_id: 'W2', name: 'Bob Smith' },
    ]);
  for (const path of ['/api/workstations', '/api/workstations/'])
    expect(await plant.json(path)).toEqual([{ station_id: 'S1', name: 'Assembly Line 1', type: 'assembly' }]);
});

test('PERSON_DATA decides what is said of workers, everywhere', async () => {
  await plant.close();
  await open({ PERSON_DATA: 'codes' });
  expect(await plant.json('/api/workers')).toEqual([
    { worker_id: 'W1', name: 'W1' },
    { worker_id: 'W2', name: 'W2' },
  ]);
  await plant.close();
  await open({ PERSON_DATA: 'off' });
  await sent('/api/events', eventAt('08:00', 'working'));
  expect(await plant.json('/api/workers')).toEqual([]);
  expect(await plant.json('/api/metrics/workers')).toEqual([]);
  expect((await plant.request('/api/metrics/workers/W1')).status).toBe(404);
  expect(await plant.json('/api/events')).toMatchObject([{ worker_id: '', workstation_id: 'S1' }]);
  expect(await plant.json('/api/events?worker_id=W1')).toEqual([]);
  expect(await plant.json('/api/metrics/factory')).toMatchObject({ total_productive_time_hours: 1 });
});

test('figures of a station where too few workers were active are not shown', async () => {
  await plant.close();
  await open({ PERSON_GROUP_MIN: '2' });
  await sent('/api/events', eventAt('08:00', 'working'));
  const hidden = { occupancy_time_hours: null, total_units_produced: null, event_count: null };
  expect(await plant.json('/api/metrics/workstations/S1')).toMatchObject(hidden);
  await sent('/api/events', eventAt('08:10', 'working', { worker_id: 'W2' }));
  expect(await plant.json('/api/metrics/workstations/S1')).toMatchObject({ occupancy_time_hours: 1.17 });
  // Only one of them was there then.
  const early = 'from=2025-09-05T08:00&to=2025-09-05T08:10';
  expect(await plant.json(`/api/metrics/workstations/S1?${early}`)).toMatchObject(hidden);
});

test('the demo plant is made again with known totals, and real rows are not touched', async () => {
  await plant.close();
  plant = await createTestApp();
  const seed = async () => {
    const answer = await plant.post('/api/seed');
    return [answer.status, await answer.json()];
  };
  expect(await seed()).toEqual([200, { message: 'Database seeded successfully' }]);
  expect(await plant.json('/api/workers')).toHaveLength(6);
  expect(((await plant.json('/api/workstations')) as object[])[3]).toEqual({
    station_id: 'S4',
    name: 'Packaging',
    type: 'packaging',
  });
  const first = (await plant.json('/api/metrics/factory')) as { total_events: number };
  expect(first.total_events).toBeGreaterThanOrEqual(432);
  await sent('/api/events', eventAt('10:01', 'idle'));
  await seed();
  expect(await plant.json('/api/metrics/factory')).toEqual(first);
  // The demo plant is seen while nothing real is there, and is no site of its own.
  expect(plant.services.sites.isSeveral()).toBe(false);
  const { workers, workstations, sites, demo } = plant.services.productivity;
  await workers.put(sites.own.id, { code: 'W1', name: 'Real Person' });
  await workstations.put(sites.own.id, { code: 'S1' });
  await sent('/api/events', eventAt('08:00', 'working'));
  await seed();
  expect(await plant.json('/api/workers')).toEqual([{ worker_id: 'W1', name: 'Real Person' }]);
  expect(await plant.json('/api/metrics/factory')).toMatchObject({ total_events: 1, worker_count: 1 });
  await demo.clear();
  expect(await plant.json('/api/metrics/factory')).toMatchObject({ total_events: 1 });
  const { activityEvents } = plant.services.db.tables;
  expect(await plant.services.db.read.select().from(activityEvents)).toHaveLength(1);
});

test('EVENTS_CREATE_UNKNOWN adds whom an event names', async () => {
  await plant.close();
  await open({ EVENTS_CREATE_UNKNOWN: '1' });
  const event = { ...eventAt('08:00', 'working'), worker_id: 'W10', workstation_id: 'S10' };
  expect((await send('/api/events', event)).status).toBe(201);
  expect(await plant.json('/api/workers')).toContainEqual({ worker_id: 'W10', name: 'W10' });
  expect(await plant.json('/api/workstations')).toContainEqual({ station_id: 'S10', name: 'S10', type: '' });
});
