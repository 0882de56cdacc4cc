import {
  learnUsualInterval,
  silentSince,
  type UsualInterval,
  usualIntervalImages,
} from '../../plant/usual-interval.ts';
import type { LiveImage } from '../model.ts';

/** What is known of a camera's habit now. */
export type Habit = { usualIntervalMs: number | null; silentSinceAt: number | null };

/** Watches over the habits of cameras; what is silent is worked out anew from the images after a start. */
export type Silences = {
  /** The camera's last images, newest first, as the database has them. */
  learn(camera: string, images: readonly LiveImage[]): void;
  /** A new newest image of the camera. */
  came(image: LiveImage): void;
  habitOf(camera: string): Habit;
  /** Cameras that have become silent or spoken again since the last look. */
  look(): { camera: string; isSilent: boolean; sinceAt: number; usualIntervalMs: number }[];
};

type Known = {
  times: number[];
  lastCameAt: number | undefined;
  cadence: UsualInterval | null;
  saidSilent: boolean;
};

export function createSilences(now: () => number): Silences {
  const cameras = new Map<string, Known>();
  const knownOf = (camera: string): Known => {
    const known = cameras.get(camera) ?? {
      times: [],
      lastCameAt: undefined,
      cadence: null,
      saidSilent: false,
    };
    cameras.set(camera, known);
    return known;
  };

  return {
    learn(camera, images) {
      const known = knownOf(camera);
      known.times = images.map(({ capturedAt }) => capturedAt).reverse();
      known.lastCameAt = images[0] && cameAt(images[0]);
      known.cadence = learnUsualInterval(known.times);
    },
    came(image) {
      const known = knownOf(image.camera);
      known.times = [...known.times, image.capturedAt].slice(-usualIntervalImages);
      known.lastCameAt = Math.max(known.lastCameAt ?? 0, cameAt(image));
      known.cadence = learnUsualInterval(known.times);
    },
    habitOf(camera) {
      const known = cameras.get(camera);
      return {
        usualIntervalMs: known?.cadence?.usualIntervalMs ?? null,
        silentSinceAt: known ? silentSince(known.cadence, known.lastCameAt, now()) : null,
      };
    },
    look() {
      return [...cameras].flatMap(([camera, known]) => {
        const sinceAt = silentSince(known.cadence, known.lastCameAt, now());
        const isSilent = sinceAt !== null;
        if (isSilent === known.saidSilent) return [];
        known.saidSilent = isSilent;
        const usualIntervalMs = known.cadence?.usualIntervalMs ?? 0;
        return [{ camera, isSilent, sinceAt: sinceAt ?? known.lastCameAt ?? 0, usualIntervalMs }];
      });
    },
  };
}

/**
 * When an image came, by our clock, which a camera's may be hours away from. Of an old file taken by its name alone only
 * its own time says anything.
 */
function cameAt({ foundAt, capturedAt, modifiedAt }: LiveImage): number {
  return modifiedAt === null ? Math.min(foundAt, capturedAt) : foundAt;
}
