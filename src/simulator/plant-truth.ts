import type { SequenceGap } from '../inspections/model.ts';
import { noCounts, type VerdictCounts } from '../plant/yield.ts';
import type { PlantPlan } from './plant.ts';
import type { PlannedImage } from './plant-station.ts';

/** What a correct dashboard shows for a window. */
export type PlantTruth = {
  startAt: number;
  endAt: number;
  counts: VerdictCounts;
  stations: {
    station: string;
    counts: VerdictCounts;
    parts: { part: string; counts: VerdictCounts }[];
    /** Capture time of the newest image in the window. */
    lastAt: number;
  }[];
  /** NG bursts that overlap the window, with their counts inside it. */
  ngBursts: { station: string; startAt: number; endAt: number; ok: number; ng: number }[];
  stops: { station: string; startAt: number; endAt: number }[];
  /** COUNTs found missing, repeated or reset by an image in the window. */
  gaps: SequenceGap[];
  /** Units whose verdict was changed afterwards, until `asOf`. */
  rejudged: { station: string; part: string; sequence: number; at: number }[];
};

/**
 * Counts a window of the plan, half-open in capture time, as it stands at `asOf` (the window's end when not given):
 * a unit that is judged again later still counts with its first verdict.
 */
export function truthOf(
  plan: PlantPlan,
  window: { startAt: number; endAt: number; asOf?: number },
): PlantTruth {
  const { startAt, endAt, asOf = endAt } = window;
  const images: PlannedImage[] = [];
  for (const image of plan.images()) {
    if (image.capturedAt >= endAt) break;
    if (image.capturedAt >= startAt) images.push(settle(image, asOf));
  }
  const { spans } = plan.incidents(startAt, endAt);
  const names = [...new Set(images.map(({ station }) => station))].sort();
  return {
    startAt,
    endAt,
    counts: countImages(images),
    stations: names.map((station) => {
      const own = images.filter((image) => image.station === station);
      const parts = [...new Set(own.map(({ part }) => part))].sort();
      return {
        station,
        counts: countImages(own),
        parts: parts.map((part) => ({
          part,
          counts: countImages(own.filter((image) => image.part === part)),
        })),
        lastAt: own.at(-1)!.capturedAt,
      };
    }),
    ngBursts: spans.flatMap((span) => {
      if (span.kind !== 'burst') return [];
      const during = images.filter(({ station, capturedAt }) => {
        return station === span.station && capturedAt >= span.startAt && capturedAt < span.endAt;
      });
      const { ok, ng } = countImages(during);
      return [{ station: span.station, startAt: span.startAt, endAt: span.endAt, ok, ng }];
    }),
    stops: spans
      .filter((span) => span.kind === 'stop')
      .map(({ station, startAt, endAt }) => ({ station, startAt, endAt })),
    gaps: images.flatMap(({ gap }) => (gap === null ? [] : [gap])),
    rejudged: images.flatMap(({ station, part, sequence, rejudged }) => {
      return rejudged === null ? [] : [{ station, part, sequence: sequence!, at: rejudged.at }];
    }),
  };
}

/** The image at an instant: under its new name once it has been judged again. */
export function settle(image: PlannedImage, asOf: number): PlannedImage {
  if (image.rejudged === null) return image;
  if (image.rejudged.at > asOf) return { ...image, rejudged: null };
  const { verdict, fileName } = image.rejudged;
  return { ...image, verdict, fileName };
}

function countImages(images: readonly PlannedImage[]): VerdictCounts {
  const counts = { ...noCounts };
  for (const { verdict } of images)
    counts[verdict === 'OK' ? 'ok' : verdict === 'NG' ? 'ng' : 'unmatched'] += 1;
  return counts;
}
