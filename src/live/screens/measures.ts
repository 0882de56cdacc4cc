import type { Clock } from '../../kernel/time/clock.ts';
import { percentile } from '../../statistics/percentile.ts';
import type { LiveImage } from '../model.ts';

/** Images of a channel that its figures are taken from. */
const keptImages = 500;
/** Most channels measured; further ones have no figures. */
const maxChannels = 2_000;
const rateSeconds = 60;

/** Rate, delay and size of the live images of one channel lately. */
export type ChannelFigures = {
  /** Images per second over the last minute, or since the start where that is shorter. */
  perSecond: number;
  /** From finding a file until it was published to viewers, ms. */
  deliveryMs: { p50: number; p99: number } | null;
  /** Median file size; null while none is known. */
  sizeBytes: number | null;
};

/** Rate and delay of the live images of all channels together in the last minute. */
export type LiveFigures = {
  perSecond: number;
  /** From finding a file until it was published to viewers, 95th percentile, ms; null when none arrived. */
  deliveryP95Ms: number | null;
};

export type LiveMeasures = {
  /** Counts an image that was just published to viewers. */
  note(image: LiveImage): void;
  read(channel: string): ChannelFigures;
  readAll(): LiveFigures;
};

/** The last images of a channel, or of all. */
type Series = {
  /** Delays of images that had just been found: how long each took, and when it was published. */
  delays: { at: number; ms: number }[];
  sizes: number[];
  /** Images in each second of the last minute: the second, and how many. */
  seconds: { second: number; count: number }[];
  /** When the newest of them was found. */
  foundAt: number;
};

/** Measures images as they are published. Everything is bounded and kept in memory only. */
export function createLiveMeasures(clock: Clock): LiveMeasures {
  const series = new Map<string, Series>();
  const startedAt = clock.now();
  const empty = (): Series => ({ delays: [], sizes: [], seconds: [], foundAt: startedAt });
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
      // An image that becomes newest again was found long ago, and when a file was overwritten is not known.
      const isJustFound = image.foundAt >= known.foundAt && image.revision === 0;
      for (const one of [known, all]) {
        if (isJustFound) keep(one.delays, { at: now, ms: Math.max(0, now - image.foundAt) });
        if (image.sizeBytes !== null) keep(one.sizes, image.sizeBytes);
        countSecond(one, now);
      }
      known.foundAt = Math.max(known.foundAt, image.foundAt);
    },
    read(channel) {
      const known = series.get(channel);
      if (!known) return { perSecond: 0, deliveryMs: null, sizeBytes: null };
      const delays = known.delays.map(({ ms }) => ms);
      return {
        perSecond: perSecondOf(known, clock.now()),
        deliveryMs:
          delays.length === 0 ? null : { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) },
        sizeBytes: known.sizes.length === 0 ? null : percentile(known.sizes, 0.5),
      };
    },
    readAll() {
      const now = clock.now();
      const delays = all.delays.filter(({ at }) => now - at < rateSeconds * 1000).map(({ ms }) => ms);
      const deliveryP95Ms = delays.length === 0 ? null : percentile(delays, 0.95);
      return { perSecond: perSecondOf(all, now), deliveryP95Ms };
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
