import type { ShiftCalendar } from '../../plant/shifts/shift-calendar.ts';
import {
  learnUsualInterval,
  silentSince,
  type UsualInterval,
  usualIntervalImages,
} from '../../plant/usual-interval.ts';
import type { LiveImage } from '../model.ts';

/** A camera's usual interval, ms, and since when it is silent; null while unknown, or not silent. */
export type CameraInterval = { usualIntervalMs: number | null; silentSinceAt: number | null };

/** A camera that became silent, or sends again. */
export type SilenceChange = { camera: string; isSilent: boolean; sinceAt: number; usualIntervalMs: number };

/** Learns the usual intervals of cameras and finds the silent ones. Everything is derived from the images again at startup. */
export type Silences = {
  /** Learns from the camera's last images, newest first. */
  learn(camera: string, images: readonly LiveImage[]): void;
  /** Takes in a new newest image of its camera. */
  noteImage(image: LiveImage): void;
  intervalOf(camera: string): CameraInterval;
  /** What changed since the last call; a silence that ended and another that began since then are one change. */
  takeChanges(): SilenceChange[];
};

/** When the site works, as far as silence asks for it. */
type ShiftsNow = () => Pick<ShiftCalendar, 'fromAt' | 'isPlanned' | 'plannedMs'> | undefined;

type Known = {
  times: number[];
  lastArrivedAt: number | undefined;
  usual: UsualInterval | null;
  /** Since when it was silent at the last `takeChanges`. */
  wasSilentSinceAt: number | null;
};

/** `shifts` says when the site works, if that is known: only planned time counts as silence. */
export function createSilences(now: () => number, shifts: ShiftsNow = () => undefined): Silences {
  const cameras = new Map<string, Known>();
  const knownOf = (camera: string): Known => {
    const known = cameras.get(camera) ?? {
      times: [],
      lastArrivedAt: undefined,
      usual: null,
      wasSilentSinceAt: null,
    };
    cameras.set(camera, known);
    return known;
  };

  const silentSinceOf = ({ usual, lastArrivedAt }: Known): number | null => {
    const at = now();
    const calendar = shifts();
    if (calendar === undefined || at < calendar.fromAt) return silentSince(usual, lastArrivedAt, at);
    if (lastArrivedAt === undefined || !calendar.isPlanned(at)) return null;
    // As if the last image had come so much planned time ago.
    const plannedMs = calendar.plannedMs({ startAt: Math.max(lastArrivedAt, calendar.fromAt), endAt: at });
    return silentSince(usual, at - plannedMs, at) === null ? null : lastArrivedAt;
  };

  return {
    learn(camera, images) {
      const known = knownOf(camera);
      known.times = images.map(({ capturedAt }) => capturedAt).reverse();
      known.lastArrivedAt = images[0] && arrivedAt(images[0], now());
      known.usual = learnUsualInterval(known.times);
    },
    noteImage(image) {
      const known = knownOf(image.camera);
      known.times = [...known.times, image.capturedAt].slice(-usualIntervalImages);
      // An overwritten file has just arrived again, whatever its own time says.
      const at = image.revision > 0 ? now() : arrivedAt(image, now());
      known.lastArrivedAt = Math.max(known.lastArrivedAt ?? 0, at);
      known.usual = learnUsualInterval(known.times);
    },
    intervalOf(camera) {
      const known = cameras.get(camera);
      return {
        usualIntervalMs: known?.usual?.usualIntervalMs ?? null,
        silentSinceAt: known ? silentSinceOf(known) : null,
      };
    },
    takeChanges() {
      return [...cameras].flatMap(([camera, known]) => {
        const sinceAt = silentSinceOf(known);
        if (sinceAt === known.wasSilentSinceAt) return [];
        known.wasSilentSinceAt = sinceAt;
        const isSilent = sinceAt !== null;
        const usualIntervalMs = known.usual?.usualIntervalMs ?? 0;
        return [{ camera, isSilent, sinceAt: sinceAt ?? known.lastArrivedAt ?? 0, usualIntervalMs }];
      });
    },
  };
}

/**
 * When an image arrived, by our own clock, because the camera's may be hours off. An old file taken by its name alone has
 * only the time of its name, and one overwritten before this process began only the time of its file.
 */
function arrivedAt({ foundAt, capturedAt, modifiedAt, revision }: LiveImage, now: number): number {
  if (modifiedAt === null) return Math.min(foundAt, capturedAt);
  return revision > 0 ? Math.max(foundAt, Math.min(modifiedAt, now)) : foundAt;
}
