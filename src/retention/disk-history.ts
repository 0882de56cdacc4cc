import { median } from 'd3-array';
import { and, asc, eq, gte, lt } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { insertMissing } from '../kernel/db/write.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { dayMs, floorTo, hourMs } from '../kernel/time/durations.ts';
import type { Db } from '../schema/db.ts';
import type { Disk } from './disks.ts';

/** How long samples are kept, and how far back a forecast looks. */
const keptMs = 14 * dayMs;
/** Fewer whole days say nothing: a nightly clean-up makes every day fall and rise. */
const minDays = 2;
/** A disk that is full in more days than this is not filling up. */
const maxDays = 1_000;

/**
 * When a disk is full at the pace of the last days: `unknown` before two whole days were seen, `steady` where it does not
 * fill, else the days that are left.
 */
export type DiskForecast = { kind: 'unknown' } | { kind: 'steady' } | { kind: 'full'; days: number };

export type DiskSample = { at: number; usedBytes: number };

/** Hourly samples of how full the disks are, as rows of the site; the only reads and writes of `disk_samples`. */
export type DiskHistory = {
  /** Keeps one sample an hour of each disk, by the first of its folders. */
  record(disks: readonly Disk[]): Promise<void>;
  forecast(disk: Disk): Promise<DiskForecast>;
};

export function createDiskHistory(db: Db, siteId: number, clock: Clock): DiskHistory {
  const { diskSamples: samples } = db.tables;
  const select = prepared((value: Placeholders<{ folder: string; since: number }>) =>
    db.read
      .select({ at: samples.at, usedBytes: samples.usedBytes })
      .from(samples)
      .where(and(eq(samples.siteId, siteId), eq(samples.folder, value.folder), gte(samples.at, value.since)))
      .orderBy(asc(samples.at)),
  );
  let recordedAt = 0;
  return {
    record: async (disks) => {
      const at = floorTo(hourMs, clock.now());
      if (at === recordedAt || disks.length === 0) return;
      await db.tx(async (q) => {
        for (const disk of disks) {
          const { usedBytes } = disk;
          await insertMissing(db.dialect, q, samples, [{ siteId, folder: folderOf(disk), at, usedBytes }]);
        }
        await q.delete(samples).where(and(eq(samples.siteId, siteId), lt(samples.at, at - keptMs)));
      });
      recordedAt = at;
    },
    forecast: async (disk) => {
      const now = clock.now();
      const seen = await select({ folder: folderOf(disk), since: now - keptMs });
      return forecastDisk(seen, disk, now);
    },
  };
}

/** Longer paths are cut, as the column is. */
function folderOf({ folders }: Disk): string {
  return (folders[0] ?? '').slice(0, 700);
}

/**
 * The median slope between the fullest moments of the days (Theil–Sen), which one clean-up or one copied archive does not
 * move. Bytes; instants are epoch ms.
 */
export function forecastDisk(
  samples: readonly DiskSample[],
  disk: { usedBytes: number; totalBytes: number },
  now: number,
): DiskForecast {
  const days = new Map<number, number>();
  for (const { at, usedBytes } of samples) {
    const day = Math.floor((at - now) / dayMs);
    days.set(day, Math.max(days.get(day) ?? 0, usedBytes));
  }
  const fullest = [...days];
  const first = Math.min(...days.keys());
  if (fullest.length < minDays || -first < minDays) return { kind: 'unknown' };
  const slopes = fullest.flatMap(([day, used], i) =>
    fullest.slice(i + 1).map(([otherDay, otherUsed]) => (otherUsed - used) / (otherDay - day)),
  );
  const bytesPerDay = median(slopes) ?? 0;
  if (bytesPerDay <= 0) return { kind: 'steady' };
  const left = (disk.totalBytes - disk.usedBytes) / bytesPerDay;
  return left > maxDays ? { kind: 'steady' } : { kind: 'full', days: Math.max(0, Math.floor(left)) };
}
