import type { Clock } from '../../kernel/time/clock.ts';
import { percentile } from '../../statistics/percentile.ts';
import type { LiveImage } from '../model.ts';

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

/** How the live images of all channels together have come in the last minute. */
export type LivePace = {
  perSecond: number;
  /** From when a file was noticed until it was told to viewers, 95 of 100, ms; null where none came. */
  tellP95Ms: number | null;
};

export type LiveMeasures = {
  /** An image was just told to the viewers. */
  note(image: LiveImage): void;
  read(channel: string): ChannelFigures;
  readAll(): LivePace;
};

/** The last images of a channel, or of all. */
type Series = {
  /** Of the images that had just been noticed: how long each took, and when it was told. */
  waits: { at: number; ms: number }[];
  sizes: number[];
  /** Images in each second of the last minute: the second, and how many. */
  seconds: { second: number; count: number }[];
  /** When the newest of them was noticed. */
  foundAt: number;
};

/** Measures what goes by; everything is bounded and nothing outlives the process. */
export function createLiveMeasures(clock: Clock): LiveMeasures {
  const series = new Map<string, Series>();
  const startedAt = clock.now();
  const empty = (): Series => ({ waits: [], sizes: [], seconds: [], foundAt: startedAt });
  const all = empty();

  function perSecondOf({ seconds }: Series, now: number): number {
    const since = Math.floor(now / 1000) - rateSeconds;
    const count = seconds.reduce((sum, one) => sum + (one.second > since ? one.count : 0), 0);
    return count / Math.min(rateSeconds, Math.max(1, (now - startedAt) / 1000));
  }

  return {
    note(image) {
      const known = series.get(image.channel) ?? empty();
      if (!series.has(image.channel) && series.size >= maxChannels) return;
      series.set(image.channel, known);
      const now = clock.now();
      // What was newest before a start, or is again, was noticed long ago; and nobody notes when a file was written over.
      const isNoticed = image.foundAt >= known.foundAt && image.revision === 0;
      for (const one of [known, all]) {
        if (isNoticed) keep(one.waits, { at: now, ms: Math.max(0, now - image.foundAt) });
        if (image.sizeBytes !== null) keep(one.sizes, image.sizeBytes);
        countSecond(one, now);
      }
      known.foundAt = Math.max(known.foundAt, image.foundAt);
    },
    read(channel) {
      const known = series.get(channel);
      if (!known) return { perSecond: 0, tellMs: null, sizeBytes: null };
      const waits = known.waits.map(({ ms }) => ms);
      return {
        perSecond: perSecondOf(known, clock.now()),
        tellMs: waits.length === 0 ? null : { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) },
        sizeBytes: known.sizes.length === 0 ? null : percentile(known.sizes, 0.5),
      };
    },
    readAll() {
      const now = clock.now();
      const waits = all.waits.filter(({ at }) => now - at < rateSeconds * 1000).map(({ ms }) => ms);
      const tellP95Ms = waits.length === 0 ? null : percentile(waits, 0.95);
      return { perSecond: perSecondOf(all, now), tellP95Ms };
    },
  };
}

function countSecond({ seconds }: Series, now: number): void {
  const second = Math.floor(now / 1000);
  const last = seconds.at(-1);
  if (last?.second === second) last.count += 1;
  else seconds.push({ second, count: 1 });
  if (seconds.length > rateSeconds) seconds.shift();
}

function keep<T>(values: T[], value: T): void {
  values.push(value);
  if (values.length > keptImages) values.shift();
}
