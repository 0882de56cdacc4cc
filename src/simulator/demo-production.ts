import type { Clock } from '../kernel/time/clock.ts';
import type { Shelf } from './demo-folder.ts';
import type { PlantPlan } from './plant.ts';
import type { PlannedImage } from './plant-station.ts';

/** Images written concurrently while history is produced. */
const maxAtOnce = 32;

/** Carries out a plan up to the present, each time it is asked to. */
export type Production = {
  readonly plan: PlantPlan;
  readonly shelf: Shelf;
  /** Writes all images that are due; after an error the next call retries first. Throws when the signal is aborted. */
  catchUp(): Promise<void>;
  /** Images handled by this process, including those that existed. */
  readonly made: number;
  readonly newestAt: number | null;
  /** All images planned up to and including this instant are on the disk. */
  readonly producedUntil: number;
};

export function createProduction(options: {
  plan: PlantPlan;
  shelf: Shelf;
  clock: Clock;
  signal: AbortSignal;
}): Production {
  const { plan, shelf, clock, signal } = options;
  const images = plan.images();
  let upcoming = images.next();
  let due: PlannedImage[] = [];
  let rejudging: PlannedImage[] = [];
  let made = 0;
  let newestAt: number | null = null;
  let producedUntil = plan.startAt - 1;

  /** The first image is written alone, so that any existing image proves that the oldest one exists. */
  function takeDue(now: number): void {
    const most = made === 0 ? 1 : maxAtOnce;
    while (due.length < most && !upcoming.done && upcoming.value.capturedAt <= now) {
      due.push(upcoming.value);
      upcoming = images.next();
    }
  }

  async function rejudge(now: number): Promise<void> {
    for (const image of rejudging) {
      if (image.rejudged!.at <= now) await shelf.rejudge(image);
    }
    rejudging = rejudging.filter(({ rejudged }) => rejudged!.at > now);
  }

  return {
    plan,
    shelf,
    catchUp: async () => {
      const now = Math.max(clock.now(), producedUntil);
      for (takeDue(now); due.length > 0; takeDue(now)) {
        signal.throwIfAborted();
        await Promise.all(due.map((image) => shelf.place(image, now)));
        made += due.length;
        newestAt = due.at(-1)!.capturedAt;
        rejudging.push(...due.filter(({ rejudged }) => rejudged !== null && rejudged.at > now));
        due = [];
      }
      await rejudge(now);
      await shelf.prune();
      producedUntil = now;
    },
    get made() {
      return made;
    },
    get newestAt() {
      return newestAt;
    },
    get producedUntil() {
      return producedUntil;
    },
  };
}
