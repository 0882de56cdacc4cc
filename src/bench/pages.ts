import { percentile } from '../statistics/percentile.ts';
import type { Bench, Group } from './bench.ts';
import { askRepeatedly } from './http-client.ts';
import { type Product, startProduct } from './product.ts';
import { compare, limit, type Row } from './row.ts';

const warmUp = 30;
const samples = 300;
const periods = ['1h', '1d', '1w'] as const;
/** What people and programs ask for most. */
export const pages = [
  { name: 'page /', path: '/', method: 'GET' },
  { name: 'POST /api/stats', path: '/api/stats', method: 'POST' },
] as const;

/** Of many answers, ms. */
export type Times = { p50: number; p99: number };

/** The first page and the old statistics interface over a long history and over a short one. */
export const pagesOverHistory: Group = {
  name: 'pages',
  about: 'page / and POST /api/stats at 10 M inspections against 10 k',
  run: async (bench) => {
    const short = await measureHistory(bench, 'short');
    const long = await measureHistory(bench, 'long');
    return [...long].flatMap(([name, times]) => rowsOf(name, times, short.get(name) ?? times));
  },
};

function rowsOf(name: string, long: Times, short: Times): Row[] {
  return [
    compare(
      `${name}, long history, p50`,
      { value: long.p50, unit: 'ms' },
      { value: short.p50, unit: 'ms', what: 'short history' },
      { atMost: 1.5 },
    ),
    limit(`${name}, long history, p99`, { value: long.p99, unit: 'ms' }, { atMost: 20 }),
  ];
}

async function measureHistory(bench: Bench, size: 'long' | 'short'): Promise<Map<string, Times>> {
  const places = await bench.inputs.history(size);
  const product = await startProduct(bench.workspace, places);
  bench.say(`Asking for pages over the ${size} history …`);
  const times = new Map<string, Times>();
  for (const { name, path, method } of pages) {
    for (const period of periods) {
      times.set(`${name} ${period}`, await measurePage(product, `${path}?period=${period}`, method));
    }
  }
  await product.stop();
  return times;
}

/** Asks for one page many times, warm, one after the other. */
export async function measurePage(product: Product, path: string, method: string): Promise<Times> {
  await askRepeatedly(product.client, path, (asked) => asked === warmUp, { method });
  const times = await askRepeatedly(product.client, path, (asked) => asked === samples, { method });
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
