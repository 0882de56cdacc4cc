import { dayMs } from '../../kernel/time/durations.ts';
import { createReadHorizons } from '../../plant/removal/horizons.ts';
import type { Db } from '../../schema/db.ts';

/** What is derived of an event reaches at most so far back and ahead: nearer to a horizon nothing is derived any more. */
const marginMs = 2 * dayMs;

/** How far back a site's facts reach, epoch ms UTC; minus infinity where nothing was ever deleted. */
export type ActivityHorizons = {
  /** Single events; before it units are counted by whole hours. */
  eventsFrom(siteId: number): number;
  /** Who did what. */
  personsFrom(siteId: number): number;
  /** Single inspections. */
  imagesFrom(siteId: number): number;
  /** Events before this are past retention, and no segment is derived again. */
  derivedFrom(siteId: number): number;
  /** Reads them again after a clean-up, of this process or another. */
  refresh(): Promise<void>;
};

/** Retention deletes at the own site alone. */
export async function createActivityHorizons(db: Db, siteId: number): Promise<ActivityHorizons> {
  const read = createReadHorizons(db, siteId);
  let known = await read(db.read);
  const of = (id: number, name: keyof typeof known) =>
    id === siteId ? known[name] : Number.NEGATIVE_INFINITY;
  return {
    eventsFrom: (id) => of(id, 'events'),
    personsFrom: (id) => of(id, 'persons'),
    imagesFrom: (id) => of(id, 'rows'),
    derivedFrom: (id) => derivedFrom({ events: of(id, 'events'), persons: of(id, 'persons') }),
    refresh: async () => {
      known = await read(db.read);
    },
  };
}

/** From when on events are recorded and segments derived. */
export function derivedFrom({ events, persons }: { events: number; persons: number }): number {
  return Math.max(events, persons) + marginMs;
}
