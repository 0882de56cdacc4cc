import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../statistics/percentile.ts';
import type { Bench, Group } from './bench.ts';
import { untilCounted } from './cold-sweep.ts';
import { askRepeatedly } from './http-client.ts';
import { type Product, startProduct } from './product.ts';
import { bestOf, isInstalled, timeProgram } from './references.ts';
import { compare, limit, type Row, withoutReference } from './row.ts';

/** Files a second of the system this product replaces (S1), on a machine of two cores. */
const replacedRate = 100_000 / 9.9;
const restSamples = 400;
const pagePauseMs = 10;
const quietSweeps = 5;

/** Sweeps: the first one, one with nothing changed, one that lists everything again, and pages meanwhile. */
export const scan: Group = {
  name: 'scan',
  about: 'cold sweep, sweep with nothing changed, reconcile, pages during a sweep',
  run: async (bench) => [
    ...(await measureCold(bench)),
    await measurePagesDuring(bench),
    await measureUnchanged(bench),
    ...(await measureReconcile(bench)),
  ],
};

async function measureCold(bench: Bench): Promise<Row[]> {
  const { folder } = await bench.inputs.flatTree();
  const name = `cold sweep of ${bench.sizes.files} files in one folder`;
  const find = isInstalled('find')
    ? await bestOf(2, () => timeProgram('find', [folder, '-printf', '%T@ %s %p\n']))
    : undefined;
  const { cold } = await bench.inputs.knownFlat();
  const ours = { value: cold.sweepMs / 1000, unit: 's' } as const;
  const rate = (bench.sizes.files / cold.sweepMs) * 1000;
  return [
    find === undefined
      ? withoutReference(name, ours, 'find')
      : compare(name, ours, { value: find / 1000, unit: 's', what: 'find -printf' }, { atMost: 2.5 }),
    compare(
      'its rate',
      { value: Math.round(rate), unit: '/s' },
      { value: Math.round(replacedRate), unit: '/s', what: 'S1, as once measured' },
      { atLeast: 20 },
    ),
  ];
}

async function measurePagesDuring(bench: Bench): Promise<Row> {
  const { watchDir } = await bench.inputs.flatTree();
  const places = { watchDir, stateDir: bench.workspace.folder('state') };
  bench.say('Asking for pages during a cold sweep …');
  const product = await startProduct(bench.workspace, places);
  let isCounted = false;
  const counting = untilCounted(product, places, bench.sizes.files).then(() => {
    isCounted = true;
  });
  const during = await askRepeatedly(product.client, '/', () => isCounted, { pauseMs: pagePauseMs });
  await counting;
  await product.settled(bench.sizes.files);
  await sleep(3_000);
  const atRest = await askRepeatedly(product.client, '/', (asked) => asked === restSamples, {
    pauseMs: pagePauseMs,
  });
  await product.stop();
  return compare(
    'page / during a cold sweep, p99',
    { value: percentile(during, 0.99), unit: 'ms' },
    { value: percentile(atRest, 0.99), unit: 'ms', what: 'at rest' },
    { atMost: 3 },
  );
}

async function measureUnchanged(bench: Bench): Promise<Row> {
  const places = await bench.inputs.knownSpread();
  const name = `sweep with nothing changed, ${bench.sizes.files} files in ${bench.sizes.folders} folders`;
  bench.say('Sweeping with nothing changed …');
  const product = await startProduct(bench.workspace, places, { POLL_INTERVAL_SEC: '1' });
  await product.settled(bench.sizes.files);
  const ours = { value: await shortestSweep(product), unit: 'ms' } as const;
  await product.stop();
  if (!isInstalled('find')) return withoutReference(name, ours, 'find');
  const find = await bestOf(3, () => timeProgram('find', [places.watchDir, '-type', 'd']));
  return compare(name, ours, { value: find, unit: 'ms', what: 'find -type d' }, { atMost: 1.5 });
}

/** The shortest of the next few sweeps that pass over unchanged folders. */
async function shortestSweep(product: Product): Promise<number> {
  const durations = new Map<number, number>();
  while (durations.size < quietSweeps) {
    const { lastSweep } = await product.source();
    if (lastSweep?.kind === 'sweep') durations.set(lastSweep.startedAt, lastSweep.durationMs);
    await sleep(100);
  }
  return Math.min(...durations.values());
}

async function measureReconcile(bench: Bench): Promise<Row[]> {
  const { folder } = await bench.inputs.flatTree();
  const { places } = await bench.inputs.knownFlat();
  const { files } = bench.sizes;
  const product = await startProduct(bench.workspace, places);
  await product.settled(files);
  bench.say('Reconciling …');
  const first = await reconcile(product);
  const again = await bestOf(3, () => reconcile(product));
  await product.stop();
  const readdir = await bestOf(3, async () => {
    const startedAt = performance.now();
    readdirSync(folder);
    return performance.now() - startedAt;
  });
  const reference = { value: readdir, unit: 'ms', what: 'readdir alone' } as const;
  return [
    compare(`reconcile of a folder of ${files} known files`, { value: again, unit: 'ms' }, reference, {
      atMost: 2,
    }),
    limit(
      'the first one after a start, which reads what is known',
      { value: first, unit: 'ms' },
      { atMost: readdir * 4 },
    ),
  ];
}

async function reconcile(product: Product): Promise<number> {
  const before = (await product.source()).lastSweep?.startedAt;
  await product.client.ask('/api/scan', { method: 'POST' });
  for (;;) {
    const { lastSweep, sweepRunningSince } = await product.source();
    if (lastSweep && lastSweep.startedAt !== before && sweepRunningSince === null)
      return lastSweep.durationMs;
    await sleep(50);
  }
}
