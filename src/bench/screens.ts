import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamStats } from '../kernel/stream/hub.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Group } from './bench.ts';
import { drawImage } from './images.ts';
import { createLivePlant } from './live-files.ts';
import { type Product, startProduct } from './product.ts';
import { limit, type Row } from './row.ts';
import { openScreens, type Screens } from './screens-client.ts';

const screenCount = 1_000;
const stations = 10;
const perSecond = 5;
const seconds = 30;
/** A change that is not on a screen by then never came; until then it is late, and counts with its delay. */
const patienceMs = 60_000;

/** A thousand screens that all follow the first page. */
export const screens: Group = {
  name: 'screens',
  about: '1 000 connected screens, 5 changes a second',
  run: async (bench) => {
    const places = { watchDir: bench.workspace.folder('plant'), stateDir: bench.workspace.folder('state') };
    const plant = createLivePlant(places.watchDir, stations, await drawImage());
    const product = await startProduct(bench.workspace, places);
    // Warm: code compiled, thumbnails made, memory as it is in daily use.
    await plant.writeFor(10, perSecond);
    await sleep(5_000);
    const before = product.memory().nowMb;
    bench.say(`Connecting ${screenCount} screens …`);
    const open = await openScreens(bench.workspace, product.origin, screenCount);
    const rendersBefore = (await streamStats(product)).renders;
    const written = await plant.writeFor(seconds, perSecond);
    const after = product.memory().nowMb;
    const { delays, lost, ended } = await awaitArrivals(open, written);
    if (ended > 0) bench.say(`${ended} streams were ended by the server`);
    const { renders } = await streamStats(product);
    open.close();
    await product.stop();
    const kbEach = ((after - before) * 1000) / screenCount;
    return rows({ delays, lost, kbEach, rendersPerChange: (renders - rendersBefore) / written.length });
  },
};

type Written = readonly { sequence: number; at: number }[];

/** How late each change was on each screen, ms, once all have arrived or the rest is given up. */
async function awaitArrivals(
  open: Screens,
  written: Written,
): Promise<{ delays: number[]; lost: number; ended: number }> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { arrivals, ended } = await open.report();
    const delays = written.flatMap(({ sequence, at }) =>
      (arrivals.get(sequence) ?? []).map((time) => time - at),
    );
    const lost = written.length * screenCount - delays.length;
    if (lost === 0 || Date.now() > deadline) return { delays, lost, ended };
    await sleep(1_000);
  }
}

type Found = { delays: readonly number[]; lost: number; kbEach: number; rendersPerChange: number };

function rows({ delays, lost, kbEach, rendersPerChange }: Found): Row[] {
  return [
    limit(
      `${screenCount} screens, ${perSecond} changes/s: file → every screen, p99`,
      { value: percentile(delays, 0.99), unit: 'ms' },
      { atMost: 500 },
    ),
    limit('changes that never reached a screen', { value: lost, unit: '' }, { atMost: 0 }),
    limit('memory for each of them', { value: kbEach, unit: 'KB' }, { atMost: 150 }),
    limit(
      'renders a change, for all of them together',
      { value: rendersPerChange, unit: '' },
      { atMost: 1.5 },
    ),
  ];
}

async function streamStats(product: Product): Promise<StreamStats> {
  const { stats } = await product.client.json<{ stats: { stream: StreamStats } }>('/health');
  return stats.stream;
}
