import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamStats } from '../kernel/stream/hub.ts';
import type { Group } from './bench.ts';
import { drawImage } from './images.ts';
import { createLivePlant } from './live-files.ts';
import { percentile } from './percentiles.ts';
import { type Product, startProduct } from './product.ts';
import { limit, type Row } from './row.ts';
import { openScreens } from './screens-client.ts';

const screenCount = 1_000;
const stations = 10;
const perSecond = 5;
const seconds = 30;

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
    await sleep(2_000);
    const { renders } = await streamStats(product);
    const arrivals = await open.report();
    open.close();
    await product.stop();
    const delays = written.flatMap(({ sequence, at }) => {
      const times = arrivals.get(sequence) ?? [];
      const lost = screenCount - times.length;
      return [...times.map((time) => time - at), ...Array<number>(lost).fill(Number.POSITIVE_INFINITY)];
    });
    return rows(delays, ((after - before) * 1000) / screenCount, (renders - rendersBefore) / written.length);
  },
};

function rows(delays: readonly number[], kbEach: number, rendersPerChange: number): Row[] {
  return [
    limit(
      `${screenCount} screens, ${perSecond} changes/s: file → every screen, p99`,
      { value: percentile(delays, 0.99), unit: 'ms' },
      { atMost: 500 },
    ),
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
