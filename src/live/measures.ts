import type { Clock } from '../kernel/clock.ts';
import type { LiveImage } from './model.ts';

/** Images of a channel that figures are taken from, and channels that are measured. */
const keptImages = 500;
const maxChannels = 2_000;
const rateSeconds = 60;

/** How live images of one channel have come lately. */
export type ChannelFigures = {
  /** Images per second over the last minute, or since the start where that is shorter. */
  perSecond: number;
  /** From when a file was noticed until it was told to viewers, ms. */
  tellMs: { p50: number; p99: number } | null;
  /** The middle file size; null while none is known. */
  sizeBytes: number | null;
};

export type LiveMeasures = {
  /** An image was just told to the viewers. */
  note(image: LiveImage): void;
  read(channel: string): ChannelFigures;
};

/** A ring of the last values. */
type Series = {
  waits: number[];
  sizes: number[];
  /** Images in each second of the last minute: the second, and how many. */
  seconds: { second: number; count: number }[];
};

/** Measures what goes by; everything is bounded and nothing outlives the process. */
export function createLiveMeasures(clock: Clock): LiveMeasures {
  const series = new Map<string, Series>();
  const startedAt = clock.now();
  return {
    note(image) {
      const known = series.get(image.channel) ?? { waits: [], sizes: [], seconds: [] };
      if (!series.has(image.channel) && series.size >= maxChannels) return;
      series.set(image.channel, known);
      const now = clock.now();
      keep(known.waits, Math.max(0, now - image.foundAt));
      if (image.sizeBytes !== null) keep(known.sizes, image.sizeBytes);
      const second = Math.floor(now / 1000);
      const last = known.seconds.at(-1);
      if (last?.second === second) last.count += 1;
      else known.seconds.push({ second, count: 1 });
      if (known.seconds.length > rateSeconds) known.seconds.shift();
    },
    read(channel) {
      const known = series.get(channel);
      if (!known) return { perSecond: 0, tellMs: null, sizeBytes: null };
      const now = clock.now();
      const since = Math.floor(now / 1000) - rateSeconds;
      const count = known.seconds.reduce((sum, one) => sum + (one.second > since ? one.count : 0), 0);
      const seconds = Math.min(rateSeconds, Math.max(1, (now - startedAt) / 1000));
      return {
        perSecond: count / seconds,
        tellMs:
          known.waits.length === 0
            ? null
            : { p50: percentile(known.waits, 0.5), p99: percentile(known.waits, 0.99) },
        sizeBytes: known.sizes.length === 0 ? null : percentile(known.sizes, 0.5),
      };
    },
  };
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > keptImages) values.shift();
}

/** Nearest-rank percentile of at least one value, 0 < `share` ≤ 1. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
