import { percentile } from '../../../statistics/percentile.ts';
import type { ThumbnailSpec } from './thumbnail.ts';

/** Latest drawings of a size from which its percentiles are taken, and most sizes measured. */
const keptDrawings = 500;
const maxSizes = 64;

/** Recent drawing times of one size, ms: reading, decoding, scaling and encoding, without the wait in the queue. */
export type DrawTime = Pick<ThumbnailSpec, 'name' | 'type' | 'width'> & {
  p50Ms: number;
  p95Ms: number;
  /** Drawings since the start. */
  count: number;
};

export type DrawTimes = {
  note(spec: ThumbnailSpec, ms: number): void;
  /** Every size that was drawn, by rising width. */
  read(): DrawTime[];
};

/** Keeps drawing times in memory, bounded. */
export function createDrawTimes(): DrawTimes {
  const sizes = new Map<string, { spec: ThumbnailSpec; times: number[]; count: number }>();
  return {
    note(spec, ms) {
      const key = `${spec.name} ${spec.type}`;
      const size = sizes.get(key) ?? { spec, times: [], count: 0 };
      if (!sizes.has(key) && sizes.size >= maxSizes) return;
      sizes.set(key, size);
      size.count += 1;
      size.times.push(ms);
      if (size.times.length > keptDrawings) size.times.shift();
    },
    read: () =>
      [...sizes.values()]
        .map(({ spec: { name, type, width }, times, count }) => ({
          name,
          type,
          width,
          count,
          p50Ms: percentile(times, 0.5),
          p95Ms: percentile(times, 0.95),
        }))
        .sort((a, b) => a.width - b.width || (a.type < b.type ? 1 : -1)),
  };
}
