import { quantileSorted } from 'd3-array';
import type { ScanStatus } from '../model/root-status.ts';

const maxSamples = 1_000;

/** Delays from a complete file to its row, over the newest thousand files. */
export type Lag = { add(ms: number): void; summary(): ScanStatus['lag'] };

export function createLag(): Lag {
  const samples: number[] = [];
  let next = 0;
  return {
    add: (ms) => {
      samples[next] = ms;
      next = (next + 1) % maxSamples;
    },
    summary: () => {
      if (samples.length === 0) return null;
      const sorted = [...samples].sort((a, b) => a - b);
      return {
        p50Ms: quantileSorted(sorted, 0.5) ?? 0,
        p99Ms: quantileSorted(sorted, 0.99) ?? 0,
        samples: sorted.length,
      };
    },
  };
}
