import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { readCpuMs } from './process-figures.ts';
import type { Product } from './product.ts';
import { compare, type Row } from './row.ts';

const pollerFile = fileURLToPath(new URL('./live-poller-child.ts', import.meta.url));
/** Seven rounds of the poller. */
const restMs = 21_000;
/** What came before is cleared away, the sweep after the last image too. */
const settleMs = 65_000;

/**
 * Processor time while no image comes: the whole product, which hears of files by events, against nothing but the
 * polling of the replaced system, at the same time on the same folder.
 */
export async function measureRest(bench: Bench, product: Product, folder: string): Promise<Row> {
  const poller = bench.workspace.track(fork(pollerFile, [folder], { stdio: 'ignore' }));
  try {
    bench.say('Coming to rest …');
    await sleep(settleMs);
    bench.say(`At rest for ${restMs / 1000} s …`);
    const pid = poller.pid ?? 0;
    const before = { ours: product.cpuMs(), poller: readCpuMs(pid) };
    await sleep(restMs);
    const share = (ms: number) => (ms / restMs) * 100;
    return compare(
      'live, at rest with these files: processor time of the whole product',
      { value: share(product.cpuMs() - before.ours), unit: '%' },
      { value: share(readCpuMs(pid) - before.poller), unit: '%', what: 'listing the folder every 3 s' },
      { atMost: 0.1 },
    );
  } finally {
    poller.kill();
  }
}
