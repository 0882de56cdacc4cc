import { expect } from 'vitest';
import { useStage } from '../testing/e2e/stage.ts';
import type { ClientStatus } from './edge/linesight.ts';

const stage = useStage({ plantPer: 'file', env: { DEMO: '0', EVENTS_CREATE_UNKNOWN: '1' } });

/** As a text, because the test's own imports are not those of a browser. */
const program = `(async () => {
  // Pages of plain HTTP do not have it.
  delete Crypto.prototype.randomUUID;
  const { EventClient } = await import('/client/linesight.js');
  const client = await EventClient.open({ url: location.origin });
  const event = { worker_id: 'W1', workstation_id: 'S1', timestamp: '2025-09-05T08:00:00+09:00' };
  const ids = await Promise.all([
    client.record({ ...event, event_type: 'working' }),
    client.record({ ...event, event_type: 'product_count', count: 3 }),
  ]);
  const isSent = await client.flush();
  await client.close();
  return { ids, isSent, status: client.status() };
})()`;

stage.inBrowser('a page sends events with the client that its hub serves', async () => {
  await stage.open('/manual/clients');
  const result = await stage.page.evaluate<{ ids: string[]; isSent: boolean; status: ClientStatus }>(program);
  expect(result).toMatchObject({ isSent: true, status: { state: 'closed', accepted: 2, problem: null } });
  const events = (await stage.plant.json('/api/events')) as { event_id: string }[];
  expect(events.map(({ event_id }) => event_id).sort()).toEqual([...result.ids].sort());
});
