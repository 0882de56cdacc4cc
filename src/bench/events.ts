import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { percentile } from '../statistics/percentile.ts';
import { findFreePort } from '../testing/free-port.ts';
import type { Bench, Group } from './bench.ts';
import { fillActivity } from './fill-activity.ts';
import { askRepeatedly, createHttpClient, type HttpClient } from './http-client.ts';
import { startProduct } from './product.ts';
import { compare, type Row } from './row.ts';

const referenceFile = fileURLToPath(new URL('./event-route-child.ts', import.meta.url));
/** Each side is measured so long in each round. */
const roundMs = 3_000;
const rounds = 4;
/** Programs beside cameras that send at the same time. */
const senders = 16;
const batchSize = 1_000;
const asked = 150;
const metrics = '/api/v1/metrics/workers?period=1d';

/** Events of workers: how fast they are taken, and what figures cost once there are many. */
export const events: Group = {
  name: 'events',
  about: 'events of workers one by one and in batches, and their figures at 10 000 and 10 million',
  run: async (bench) => [...(await measureIntake(bench)), await measureMetrics(bench)],
};

async function measureIntake({ workspace, say }: Bench): Promise<Row[]> {
  const places = { watchDir: workspace.folder('plant'), stateDir: workspace.folder('state') };
  const product = await startProduct(workspace, places, { EVENTS_CREATE_UNKNOWN: '1' });
  const port = await findFreePort();
  const database = join(workspace.folder('reference'), 'events.sqlite');
  const child = workspace.track(fork(referenceFile, [database, String(port)]));
  await once(child, 'message');
  const reference = createHttpClient(`http://127.0.0.1:${port}`);
  try {
    const rates = { ours: { one: 0, many: 0, batch: 0 }, reference: { one: 0, many: 0, batch: 0 } };
    // By turns, so that whatever else this machine does falls on both alike.
    for (let round = 1; round <= rounds; round++) {
      say(`Events one by one and in batches, ${round} of ${rounds} …`);
      for (const [side, client] of [
        ['ours', product.client],
        ['reference', reference],
      ] as const) {
        rates[side].one += (await rateOf(client, 1, 1)) / rounds;
        rates[side].many += (await rateOf(client, senders, 1)) / rounds;
        rates[side].batch += (await rateOf(client, 1, batchSize)) / rounds;
      }
    }
    const row = (name: string, key: keyof typeof rates.ours, atLeast: number) =>
      compare(
        name,
        { value: rates.ours[key], unit: '/s' },
        { value: rates.reference[key], unit: '/s', what: 'a bare route with a prepared insert, flushed' },
        { atLeast },
      );
    return [
      row('POST /api/events, one sender', 'one', 0.6),
      row(`POST /api/events, ${senders} senders at once`, 'many', 0.6),
      row(`POST /api/events/batch of ${batchSize}`, 'batch', 0.5),
    ];
  } finally {
    reference.close();
    child.disconnect();
    await product.stop();
  }
}

let lastStep = 0;

/** Step after step through the past months, so that no event is sent twice. */
function makeEvent(): object {
  lastStep += 1;
  const kind = ['working', 'product_count', 'product_count', 'idle'][lastStep % 4];
  return {
    timestamp: new Date(Date.now() - 200 * 86_400_000 + lastStep * 2_000).toISOString(),
    worker_id: `W${lastStep % 20}`,
    workstation_id: `S${lastStep % 20}`,
    event_type: kind,
    confidence: 0.9,
    ...(kind === 'product_count' && { count: 1 }),
  };
}

/** Events a second that are acknowledged. */
async function rateOf(client: HttpClient, connections: number, size: number): Promise<number> {
  const path = size === 1 ? '/api/events' : '/api/events/batch';
  const headers = { 'content-type': 'application/json' };
  const startedAt = performance.now();
  let count = 0;
  const send = async () => {
    while (performance.now() - startedAt < roundMs) {
      const body = JSON.stringify(size === 1 ? makeEvent() : Array.from({ length: size }, makeEvent));
      const { status } = await client.ask(path, { method: 'POST', headers, body });
      if (status !== 201) throw new Error(`${path} answered ${status}`);
      count += size;
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
  return count / ((performance.now() - startedAt) / 1000);
}

async function measureMetrics({ workspace, sizes, say }: Bench): Promise<Row> {
  const times: number[][] = [];
  for (const count of [10_000, sizes.inspections]) {
    const name = count === 10_000 ? 'few' : 'many';
    const places = {
      watchDir: workspace.folder(`plant-${name}`),
      stateDir: workspace.folder(`state-${name}`),
    };
    say(`Writing ${count} events …`);
    await fillActivity(places, count);
    const product = await startProduct(workspace, places);
    try {
      await askRepeatedly(product.client, metrics, (done) => done >= 20);
      times.push(await askRepeatedly(product.client, metrics, (done) => done >= asked));
    } finally {
      await product.stop();
    }
  }
  const [few = [], many = []] = times;
  return compare(
    `figures of workers over a day at ${sizes.inspections / 1e6} million events, p50`,
    { value: percentile(many, 0.5), unit: 'ms' },
    { value: percentile(few, 0.5), unit: 'ms', what: 'at 10 000 events' },
    { atMost: 1.5 },
  );
}
