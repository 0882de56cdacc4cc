import { and, eq, gte, lt, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';

/** Judged units of one model of a station in the minute or hour that begins at `startAt`. */
export type ModelCount = { startAt: number; partId: number; ok: number; ng: number };

type Stretch = { stationId: number; startAt: number; endAt: number };

/** Counts of a station and those shown as it, by model, for its tests; from the roll-ups, in order of time. */
export type ModelCounts = {
  byHour(stretch: Stretch): Promise<ModelCount[]>;
  /** A stretch of an hour or a few; the minutes of all stations lie side by side. */
  byMinute(stretch: Stretch): Promise<ModelCount[]>;
};

export function createModelCounts(
  db: Db,
  names: Pick<PlantNames, 'groupOf'>,
  folders: Pick<Folders, 'partsOf'>,
): ModelCounts {
  const { inspectionHours: hours, inspectionMinutes: minutes } = db.tables;
  // One stretch of the index of stations and models for each model: it is not ordered by time across them.
  const selectHours = prepared((value: Placeholders<Stretch & { partId: number }>) =>
    db.read
      .select({ startAt: hours.startAt, partId: hours.partId, ...unitsOf(hours) })
      .from(hours)
      .where(
        and(
          eq(hours.stationId, value.stationId),
          eq(hours.partId, value.partId),
          gte(hours.startAt, value.startAt),
          lt(hours.startAt, value.endAt),
        ),
      ),
  );
  const selectMinutes = prepared((value: Placeholders<Stretch>) =>
    db.read
      .select({ startAt: minutes.startAt, partId: minutes.partId, ...unitsOf(minutes) })
      .from(minutes)
      .where(
        and(
          gte(minutes.startAt, value.startAt),
          lt(minutes.startAt, value.endAt),
          eq(minutes.stationId, value.stationId),
        ),
      ),
  );
  return {
    byHour: async (stretch) => {
      const rows: ModelCount[] = [];
      for (const stationId of names.groupOf(stretch.stationId))
        for (const partId of folders.partsOf(stationId))
          rows.push(...(await selectHours({ ...stretch, stationId, partId })));
      return inOrder(rows);
    },
    byMinute: async (stretch) => {
      const rows: ModelCount[] = [];
      for (const stationId of names.groupOf(stretch.stationId))
        rows.push(...(await selectMinutes({ ...stretch, stationId })));
      return inOrder(rows);
    },
  };
}

/** Units, not images: further views of a unit are no inspections of their own. */
function unitsOf(table: Db['tables']['inspectionMinutes' | 'inspectionHours']) {
  return {
    ok: sql<number>`${table.ok} - ${table.furtherOk}`.mapWith(Number),
    ng: sql<number>`${table.ng} - ${table.furtherNg}`.mapWith(Number),
  };
}

/** By time and model, with the rows of several stations shown as one added up. */
function inOrder(rows: ModelCount[]): ModelCount[] {
  rows.sort((a, b) => a.startAt - b.startAt || a.partId - b.partId);
  const summed: ModelCount[] = [];
  for (const row of rows) {
    const last = summed.at(-1);
    if (last?.startAt === row.startAt && last.partId === row.partId) {
      last.ok += row.ok;
      last.ng += row.ng;
    } else summed.push({ ...row });
  }
  return summed;
}
