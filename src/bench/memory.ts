import { setTimeout as sleep } from 'node:timers/promises';
import { median } from 'd3-array';
import type { Bench, Group } from './bench.ts';
import { askRepeatedly } from './http-client.ts';
import { type ProductPlaces, startProduct } from './product.ts';
import { limit, type Row } from './row.ts';

const starts = 3;
const restMs = 10_000;
/** One sweep a minute is part of being idle. */
const idleMs = 60_000;
const historyPages = ['/', '/?period=1d', '/?period=1w', '/overview', '/stations/S1'];
const asksEach = 20;

/** Memory and processor time of a product that has much to remember and little to do, and how soon it is there. */
export const memory: Group = {
  name: 'memory',
  about: 'memory while sweeping and idle, idle processor time, start to first page',
  run: async (bench) => [
    ...(await measureKnown(bench)),
    await measureIdleCpu(bench),
    await measureHistory(bench),
  ],
};

async function measureKnown(bench: Bench): Promise<Row[]> {
  const { places, cold } = await bench.inputs.knownFlat();
  const { files } = bench.sizes;
  bench.say('Starting with everything known …');
  const firstPages: number[] = [];
  let idleMb = 0;
  for (let start = 0; start < starts; start++) {
    const product = await startProduct(bench.workspace, places);
    firstPages.push(product.firstPageMs);
    if (start === starts - 1) {
      await product.settled(files);
      await sleep(restMs);
      idleMb = product.memory().nowMb;
    }
    await product.stop();
  }
  return [
    limit(`memory, idle with ${files} known files, after a start`, mb(idleMb), { atMost: 250 }),
    limit('the same, after having swept them for the first time', mb(cold.restMb), { atMost: 250 }),
    limit('memory at its highest while sweeping them', mb(cold.peakMb), { atMost: 450 }),
    limit(
      `start to first page with ${files} known files`,
      { value: (median(firstPages) ?? 0) / 1000, unit: 's' },
      { atMost: 1.5 },
    ),
  ];
}

async function measureIdleCpu(bench: Bench): Promise<Row> {
  const places = await bench.inputs.knownSpread();
  const { files, folders } = bench.sizes;
  const product = await startProduct(bench.workspace, places);
  await product.settled(files);
  await sleep(restMs);
  bench.say('Watching an idle product for a minute …');
  const before = product.cpuMs();
  await sleep(idleMs);
  const share = ((product.cpuMs() - before) / idleMs) * 100;
  await product.stop();
  return limit(
    `idle, watching ${files} files in ${folders} folders: processor time`,
    { value: share, unit: '%' },
    { atMost: 1 },
  );
}

async function measureHistory(bench: Bench): Promise<Row> {
  const places: ProductPlaces = await bench.inputs.history('long');
  const product = await startProduct(bench.workspace, places);
  for (const page of historyPages) {
    await askRepeatedly(product.client, page, (asked) => asked === asksEach);
  }
  await sleep(restMs);
  const { nowMb } = product.memory();
  await product.stop();
  return limit(`memory with ${bench.sizes.inspections} known, pages looked at`, mb(nowMb), { atMost: 350 });
}

function mb(value: number) {
  return { value, unit: 'MB' } as const;
}
