import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { databasePath, type Product, type ProductPlaces, startProduct } from './product.ts';
import type { Workspace } from './workspace.ts';

const lookEveryMs = 25;
/** The sweep is over, caches are warm, garbage is collected: memory as it stays. */
const restMs = 15_000;

/** From the start of the sweep until the roll-ups hold every image; memory at its highest and after a rest. */
export type ColdSweep = { sweepMs: number; peakMb: number; restMb: number };

/** Has the product sweep a folder it has never seen. The state folder is the swept one afterwards. */
export async function measureColdSweep(
  workspace: Workspace,
  places: ProductPlaces,
  files: number,
): Promise<ColdSweep> {
  const product = await startProduct(workspace, places);
  const sweepMs = await untilCounted(product, places, files);
  const { peakMb } = product.memory();
  await product.settled(files);
  await sleep(restMs);
  const { nowMb: restMb } = product.memory();
  await product.stop();
  return { sweepMs, peakMb, restMb };
}

/** Waits until the roll-ups hold this many images; answers the time since the first sweep began. */
export async function untilCounted(product: Product, places: ProductPlaces, files: number): Promise<number> {
  const startedAt = await firstSweepAt(product);
  const database = new BetterSqlite(databasePath(places), { readonly: true });
  const counted = database.prepare('select sum(ok + ng + unmatched) from inspection_hours').pluck();
  while (Number(counted.get() ?? 0) < files) await sleep(lookEveryMs);
  database.close();
  return Date.now() - startedAt;
}

/** Asked at once: while old images are still taken in, the next sweep begins. */
async function firstSweepAt(product: Product): Promise<number> {
  for (;;) {
    const { lastSweep, sweepRunningSince } = await product.source();
    const startedAt = lastSweep?.startedAt ?? sweepRunningSince;
    if (startedAt) return startedAt;
    await sleep(lookEveryMs);
  }
}
