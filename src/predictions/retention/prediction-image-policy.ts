import { and, asc, eq, inArray, isNotNull, isNull, lt, min, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { createRowWriter } from '../../kernel/db/row-writer.ts';
import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs, floorTo, hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import { unknownType } from '../model.ts';
import type { PredictionQueries } from '../queries/prediction-queries.ts';
import type { ImageFiles } from '../storage/image-files.ts';

/** Each row has a file to delete. */
const rowsPerStep = 50;

/**
 * Images of predictions, the oldest first, never those of the last day; the predictions stay and say that their image is gone.
 * The file is deleted before its row is marked, so that a process that dies in between leaves nothing that is not counted.
 */
export function createPredictionImagePolicy(options: {
  db: Db;
  siteId: number;
  files: ImageFiles;
  queries: Pick<PredictionQueries, 'sumImages'>;
  days: number;
  bytes: number;
  clock: Clock;
}): RetentionPolicy {
  const { db, siteId, files, queries, clock } = options;
  const { predictions: table, predictionHours: hours } = db.tables;
  const sumKeys = ['predictions', 'confidenceSum', 'images', 'imageBytes'] as const;
  const place = ['modelId', 'startAt', 'defectType'] as const;
  const writeSums = createRowWriter(db, hours, [...place, ...sumKeys], { target: place, add: sumKeys });
  const there = and(eq(table.siteId, siteId), isNotNull(table.imagePath), isNull(table.imageGoneAt));
  const selectOldest = prepared(() =>
    db.read
      .select({ at: min(table.at) })
      .from(table)
      .where(there),
  );
  const countBefore = prepared((value: Placeholders<{ before: number }>) =>
    db.read
      .select({
        count: sql`count(*)`.mapWith(Number),
        bytes: sql`coalesce(sum(${table.imageBytes}), 0)`.mapWith(Number),
      })
      .from(table)
      .where(and(there, lt(table.at, value.before))),
  );
  const latest = () => clock.now() - dayMs;

  return {
    key: 'predictionImages',
    limits: { days: options.days, bytes: options.bytes },
    isEstimate: false,
    // A full disk alone is no reason: these images are evidence.
    folders: () => [],
    hindrance: () => null,
    async read() {
      const { images, bytes } = await queries.sumImages();
      const [oldest] = await selectOldest();
      return { count: images, bytes, oldestAt: oldest?.at == null ? null : Number(oldest.at) };
    },
    async preview(cut) {
      if ('before' in cut) {
        const [row] = await countBefore({ before: Math.min(cut.before, latest()) });
        return { count: row?.count ?? 0, bytes: row?.bytes ?? 0 };
      }
      const { images, bytes } = await queries.sumImages();
      const share = bytes === 0 ? 0 : Math.min(1, cut.freeBytes / bytes);
      return { count: Math.ceil(images * share), bytes: Math.min(bytes, cut.freeBytes) };
    },
    async remove(cut) {
      const before = Math.min('before' in cut ? cut.before : Number.POSITIVE_INFINITY, latest());
      const rows = await db.read
        .select()
        .from(table)
        .where(and(there, lt(table.at, before)))
        .orderBy(asc(table.at))
        .limit(rowsPerStep);
      let [bytes, failed] = [0, 0];
      const gone: (typeof rows)[number][] = [];
      for (const row of rows) {
        if ('freeBytes' in cut && bytes >= cut.freeBytes) break;
        try {
          await files.remove(row.imagePath ?? '');
          bytes += row.imageBytes;
          gone.push(row);
        } catch {
          failed += 1;
        }
      }
      if (gone.length > 0)
        await db.tx(async (q) => {
          await q
            .update(table)
            .set({ imageGoneAt: clock.now() })
            .where(
              inArray(
                table.id,
                gone.map(({ id }) => id),
              ),
            );
          for (const { modelId, at, isDefect, defectType, imageBytes } of gone)
            await writeSums(q, [
              {
                modelId,
                startAt: floorTo(hourMs, at),
                defectType: isDefect ? (defectType ?? unknownType) : '',
                predictions: 0,
                confidenceSum: 0,
                images: -1,
                imageBytes: -imageBytes,
              },
            ]);
        });
      const isEnough = 'freeBytes' in cut && bytes >= cut.freeBytes;
      return {
        count: gone.length,
        bytes,
        failed,
        isDone: isEnough || failed > 0 || rows.length < rowsPerStep,
      };
    },
  };
}
