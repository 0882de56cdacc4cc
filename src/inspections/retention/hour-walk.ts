import type { Queryable } from '../../kernel/db/database.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import { createReadHorizons, setHorizon } from '../../plant/removal/horizons.ts';
import type { Db } from '../../schema/db.ts';
import type { HourLane, SiteHours } from './site-hours.ts';

/**
 * Walks a clean-up through a site's hours, oldest first, one station and part at a time. Starts at the horizon of files
 * and moves the horizon past each finished hour.
 */
export type HourWalk = {
  /** The lane to clear now; undefined when none is left before `limitAt`, which ends the walk. */
  next(limitAt: number): Promise<{ lane: HourLane; afterId: number } | undefined>;
  /** Continues after this row of the lane, or with the next lane when this one is done. */
  moveOn(lastId: number, isLaneDone: boolean): void;
  /** Keeps the horizon at this hour for the rest of the walk: some of its files are left for a later walk. */
  holdHorizon(): void;
  /** Ends the walk; the next one starts at the horizon. */
  reset(): void;
};

type Position = {
  hourAt: number;
  /** The horizon at the start of the hour. */
  since: number;
  lanes: HourLane[];
  afterId: number;
};

export function createHourWalk({
  db,
  siteId,
  hours,
}: {
  db: Db;
  siteId: number;
  hours: SiteHours;
}): HourWalk {
  const readHorizons = createReadHorizons(db, siteId);
  let position: Position | undefined;
  let heldAt: number | undefined;

  /** Where to look for the next hour: after the finished one, unless late files have moved the horizon back. */
  async function passHour(q: Queryable, done: Position | undefined): Promise<number> {
    const { files } = await readHorizons(q);
    if (!done || files < (heldAt ?? done.since)) return files;
    const endAt = done.hourAt + hourMs;
    if (heldAt === undefined) await setHorizon(db, q, { siteId, name: 'files', at: endAt });
    return endAt;
  }

  async function advance(limitAt: number): Promise<Position | undefined> {
    while (!position?.lanes[0]) {
      const since = await db.tx((q) => passHour(q, position));
      const hourAt = await hours.find(db.read, since);
      if (hourAt === undefined || hourAt >= limitAt) return undefined;
      position = { hourAt, since, lanes: await hours.listLanes(db.read, hourAt), afterId: 0 };
    }
    return position.hourAt < limitAt ? position : undefined;
  }

  function reset(): void {
    position = undefined;
    heldAt = undefined;
  }

  return {
    async next(limitAt) {
      const reached = await advance(limitAt);
      const lane = reached?.lanes[0];
      if (reached && lane) return { lane, afterId: reached.afterId };
      reset();
      return undefined;
    },
    moveOn(lastId, isLaneDone) {
      if (!position) return;
      position = isLaneDone
        ? { ...position, lanes: position.lanes.slice(1), afterId: 0 }
        : { ...position, afterId: lastId };
    },
    holdHorizon() {
      heldAt ??= position?.since;
    },
    reset,
  };
}
