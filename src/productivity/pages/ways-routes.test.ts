import { afterEach, expect, test } from 'vitest';
import { addUser, ownPage, signIn } from '../../testing/people.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

let plant: TestApp;
afterEach(() => plant.close());

/** Nobody listens there, so both stay away. */
const nowhere = {
  MQTT_URL: 'mqtt://line:secret@127.0.0.1:1',
  REDIS_HOST: '127.0.0.1',
  REDIS_PORT: '1',
  EVENTS_REDIS_STREAM: 'events',
};
const future = {
  timestamp: '2035-01-01T00:00:00Z',
  worker_id: 'W<1>',
  workstation_id: 'S1',
  event_type: 'idle',
};
const send = (event: object) =>
  plant.post('/api/events', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });

test('an event refused for its time is kept and shown with the reason', async () => {
  plant = await createTestApp({ env: { EVENTS_CREATE_UNKNOWN: '1' } });
  expect(await plant.text('/sources/events')).toContain('No event was refused.');
  expect((await send(future)).status).toBe(400);
  const page = await plant.text('/sources/events');
  expect(page).toContain('is more than 5 minutes ahead of this server');
  expect(page).toContain('W&lt;1&gt;');
  expect(page).toContain('The newest 1 of 1');
  expect(await plant.text('/sources')).toContain('href="/sources/events"');
});

test('with PERSON_DATA=off administrators alone read what events say of workers', async () => {
  plant = await createTestApp({ env: { PERSON_DATA: 'off' } });
  // Before there are accounts, which close the way in to programs without a token.
  await send(future);
  await addUser(plant, 'admin', 'admin');
  const page = await (await plant.request('/sources/events', {}, '10.0.0.9')).text();
  expect(page).not.toContain('W&lt;1&gt;');
  expect(page).toContain('PERSON_DATA=off');
  const headers = { ...ownPage, cookie: await signIn(plant, 'admin') };
  const shown = await (await plant.request('/sources/events', { headers }, '10.0.0.9')).text();
  expect(shown).toContain('W&lt;1&gt;');
});

test('ways in that are away are said on the page, in the health and in the metrics, without a password', async () => {
  plant = await createTestApp({ env: { ...nowhere, EVENTS_CREATE_UNKNOWN: '1' } });
  const { intakes } = plant.services.productivity;
  await expect.poll(() => intakes.list().map(({ fault }) => fault !== null)).toEqual([true, true]);
  await send({ ...future, timestamp: '2025-09-05T08:00:00+09:00', event_type: 'product_count', count: 1 });
  await send(future);
  const page = await plant.text('/sources/events');
  expect(page.match(/not connected/g)).toHaveLength(2);
  expect(page).toContain('ECONNREFUSED');
  const health = (await plant.json('/health')) as { status: string; stats: { events: object[] } };
  expect(health.status).toBe('healthy');
  expect(health.stats.events).toEqual([
    expect.objectContaining({
      way: 'http',
      state: 'open',
      recorded: 1,
      refused: 1,
      lastAt: plant.clock.now(),
    }),
    expect.objectContaining({ way: 'mqtt', state: 'away', recorded: 0, lastAt: null }),
    expect.objectContaining({ way: 'redis', state: 'away', recorded: 0, lastAt: null }),
  ]);
  const metrics = await plant.text('/metrics');
  for (const line of [
    'linesight_event_intake_connected{way="mqtt"} 0',
    'linesight_event_intake_connected{way="redis"} 0',
    'linesight_events_total{way="http",outcome="recorded"} 1',
    'linesight_events_total{way="http",outcome="refused"} 1',
    `linesight_event_last_timestamp_seconds{way="http"} ${plant.clock.now() / 1000}`,
  ])
    expect(metrics.split('\n')).toContain(line);
  await plant.services.system.sample();
  expect(plant.services.system.history.latest?.values.events).toBeGreaterThan(0);
  expect(page + JSON.stringify(health)).not.toContain('secret');
});
