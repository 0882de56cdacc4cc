import type { Clock } from '../kernel/time/clock.ts';
import type { Shelf } from './demo-folder.ts';
import type { PlantPlan } from './plant.ts';
import type { PlannedImage } from './plant-station.ts';

/** Images put on the disk at once while history is made. */
const maxAtOnce = 32;

/** Carries out a plan, up to now and again and again. */
export type Production = {
  readonly plan: PlantPlan;
  readonly shelf: Shelf;
  /** Makes all that is due; after an error the next call begins with what failed. Throws when the signal is aborted. */
  catchUp(): Promise<void>;
  /** Images seen to by this process, those already there included. */
  readonly made: number;
  readonly newestAt: number | null;
  /** All that was to be made up to and including this instant is on the disk. */
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

  /** The very first image goes alone: whoever finds any image then knows that the oldest is there. */
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
