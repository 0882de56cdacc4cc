import { eq } from 'drizzle-orm';
import { createGrowingCache } from '../kernel/growing-cache.ts';
import { minuteMs } from '../kernel/time/durations.ts';
import type { Db } from '../schema/db.ts';
import { type ArrivedImage, clockAhead, keptArrivals } from './clock-offset.ts';
import type { PlantNames } from './names.ts';

const maxStations = 10_000;

/** Keeps how far the clock behind each station's names is off. It is written only when it changes by more than a minute. */
export type RecordClocks = {
  /** Images of a station that an event reported as they arrived, and whose names tell a time. */
  note(stationId: number, images: readonly ArrivedImage[]): Promise<void>;
};

export function createRecordClocks(db: Db, names: PlantNames): RecordClocks {
  const { stations } = db.tables;
  const arrivals = createGrowingCache<number, ArrivedImage[]>({ max: maxStations });
  return {
    async note(id, images) {
      const row = images.length === 0 ? undefined : names.findStationRow(id);
      // One that was dropped while its last images were recorded keeps no clock.
      if (row === undefined) return;
      const last = [...(arrivals.get(id) ?? []), ...images.slice(-keptArrivals)].slice(-keptArrivals);
      arrivals.set(id, last);
      const aheadMs = clockAhead(last);
      if (aheadMs === undefined || isSame(aheadMs, row.clockAheadMs)) return;
      await db.tx((q) => q.update(stations).set({ clockAheadMs: aheadMs }).where(eq(stations.id, id)));
      await names.refresh();
    },
  };
}

function isSame(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= minuteMs;
}
