import { and, asc, desc, eq, gt, gte, inArray, isNotNull, lt, lte, or, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { floorTo, hourMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import { type Prediction, unknownType } from '../model.ts';
import type { PredictionModels } from '../recording/prediction-models.ts';

export type PredictionFilter = {
  /** Half open. */
  window?: TimeWindow | undefined;
  isDefect?: boolean | undefined;
  defectType?: string | undefined;
  modelIds?: readonly number[] | undefined;
  station?: string | undefined;
  part?: string | undefined;
  minConfidence?: number | undefined;
  maxConfidence?: number | undefined;
};

/** The place in a list, newest first, after which a page begins. */
export type PredictionPlace = { at: number; id: number };

/** Sums over a window. Confidence is null where there is nothing. */
export type PredictionSums = {
  predictions: number;
  defects: number;
  averageConfidence: number | null;
  /** Defects by type; those without one count as `unknown`. */
  defectTypes: Record<string, number>;
};

/** Images that are there; sizes in bytes. */
export type ImageSums = { images: number; defectImages: number; bytes: number };

export type PredictionQueries = {
  find(id: number): Promise<Prediction | undefined>;
  findByImageId(imageId: string): Promise<Prediction | undefined>;
  /** Newest first, or with `direction` 'newer' the oldest after a place first. */
  list(
    filter: PredictionFilter,
    page: { limit: number; from?: PredictionPlace | undefined; direction?: 'older' | 'newer' },
  ): Promise<Prediction[]>;
  sum(window: TimeWindow, modelIds?: readonly number[]): Promise<PredictionSums>;
  sumImages(): Promise<ImageSums>;
  /** Stations that are named in a window, in natural order. */
  listStations(window: TimeWindow): Promise<string[]>;
};

const maxStations = 500;
const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function createPredictionQueries(db: Db, siteId: number, models: PredictionModels): PredictionQueries {
  const { predictions: table, predictionHours: hours, predictionModels } = db.tables;
  /** Of the database, not of memory: another process may have added one. */
  const ownModels = db.read
    .select({ id: predictionModels.id })
    .from(predictionModels)
    .where(eq(predictionModels.siteId, siteId));
  type Values = {
    fromAt?: number | undefined;
    untilAt?: number | undefined;
    isDefect?: number | undefined;
    defectType?: string | undefined;
    modelIds?: readonly number[] | undefined;
    station?: string | undefined;
    part?: string | undefined;
    minConfidence?: number | undefined;
    maxConfidence?: number | undefined;
    at?: number | undefined;
    id?: number | undefined;
    limit: number;
  };
  const select = prepared((value: Placeholders<Values>, shape: 'older' | 'newer') => {
    const isOlder = shape === 'older';
    const [order, upTo, after] = isOlder ? [desc, lte, lt] : [asc, gte, gt];
    return db.read
      .select()
      .from(table)
      .where(
        and(
          eq(table.siteId, siteId),
          value.fromAt && gte(table.at, value.fromAt),
          value.untilAt && lt(table.at, value.untilAt),
          value.isDefect && sql`${table.isDefect} = (${value.isDefect} = 1)`,
          value.defectType && eq(table.defectType, value.defectType),
          value.modelIds && inArray(table.modelId, value.modelIds),
          value.station && eq(table.station, value.station),
          value.part && eq(table.part, value.part),
          value.minConfidence && gte(table.confidence, value.minConfidence),
          value.maxConfidence && lte(table.confidence, value.maxConfidence),
          value.at &&
            value.id &&
            and(upTo(table.at, value.at), or(after(table.at, value.at), after(table.id, value.id))),
        ),
      )
      .orderBy(order(table.at), order(table.id))
      .limit(value.limit);
  });
  const selectOne = prepared((value: Placeholders<{ id: number }>) =>
    db.read
      .select()
      .from(table)
      .where(and(eq(table.id, value.id), eq(table.siteId, siteId)))
      .limit(1),
  );
  const selectByImage = prepared((value: Placeholders<{ imageId: string }>) =>
    db.read
      .select()
      .from(table)
      .where(and(eq(table.imageId, value.imageId), eq(table.siteId, siteId)))
      .limit(1),
  );
  const total = (column: (typeof hours)['predictions' | 'confidenceSum' | 'images' | 'imageBytes']) =>
    sql`coalesce(sum(${column}), 0)`.mapWith(Number);
  type Sums = { modelIds?: readonly number[] | undefined; fromAt: number; untilAt: number };
  const selectHours = prepared((value: Placeholders<Sums>) =>
    db.read
      .select({
        defectType: hours.defectType,
        predictions: total(hours.predictions),
        confidenceSum: total(hours.confidenceSum),
        images: total(hours.images),
        bytes: total(hours.imageBytes),
      })
      .from(hours)
      .where(
        and(
          value.modelIds ? inArray(hours.modelId, value.modelIds) : inArray(hours.modelId, ownModels),
          gte(hours.startAt, value.fromAt),
          lt(hours.startAt, value.untilAt),
        ),
      )
      .groupBy(hours.defectType),
  );
  const selectEdge = prepared((value: Placeholders<Sums>) =>
    db.read
      .select({
        isDefect: table.isDefect,
        defectType: table.defectType,
        predictions: sql`count(*)`.mapWith(Number),
        confidenceSum: sql`coalesce(sum(${table.confidence}), 0)`.mapWith(Number),
      })
      .from(table)
      .where(
        and(
          value.modelIds ? inArray(table.modelId, value.modelIds) : inArray(table.modelId, ownModels),
          gte(table.at, value.fromAt),
          lt(table.at, value.untilAt),
        ),
      )
      .groupBy(table.isDefect, table.defectType),
  );
  const selectStations = prepared((value: Placeholders<{ fromAt: number; untilAt: number; limit: number }>) =>
    db.read
      .selectDistinct({ station: table.station })
      .from(table)
      .where(
        and(
          eq(table.siteId, siteId),
          gte(table.at, value.fromAt),
          lt(table.at, value.untilAt),
          isNotNull(table.station),
        ),
      )
      .limit(value.limit),
  );
  type TableRow = Awaited<ReturnType<typeof selectOne>>[number];
  const read = ({ siteId: _site, contentHash: _hash, modelId, ...row }: TableRow): Prediction => {
    const model = models.get(modelId);
    return { ...row, modelName: model?.name ?? '', modelVersion: model?.version ?? '' };
  };

  async function readAll(rows: readonly TableRow[]): Promise<Prediction[]> {
    if (rows.some(({ modelId }) => models.get(modelId) === undefined)) await models.refresh();
    return rows.map(read);
  }

  return {
    find: async (id) => (await readAll(await selectOne({ id })))[0],
    findByImageId: async (imageId) => (await readAll(await selectByImage({ imageId })))[0],
    list: async ({ window, isDefect, modelIds, ...filter }, { limit, from, direction = 'older' }) => {
      if (modelIds?.length === 0) return [];
      const rows = await select(
        {
          ...filter,
          modelIds,
          isDefect: isDefect === undefined ? undefined : Number(isDefect),
          fromAt: window?.startAt,
          untilAt: window?.endAt,
          at: from?.at,
          id: from?.id,
          limit,
        },
        direction,
      );
      const found = await readAll(rows);
      return direction === 'older' ? found : found.reverse();
    },
    sum: async ({ startAt, endAt }, modelIds) => {
      const first = Math.ceil(startAt / hourMs) * hourMs;
      const last = Math.max(first, floorTo(hourMs, endAt));
      const edges =
        first >= endAt
          ? [[startAt, endAt]]
          : [
              [startAt, first],
              [last, endAt],
            ];
      let [count, defects, confidence] = [0, 0, 0];
      const defectTypes: Record<string, number> = {};
      const add = (type: string, predictions: number, sum: number) => {
        count += predictions;
        confidence += sum;
        if (type === '') return;
        defects += predictions;
        defectTypes[type] = (defectTypes[type] ?? 0) + predictions;
      };
      if (modelIds?.length === 0) return { predictions: 0, defects: 0, averageConfidence: null, defectTypes };
      if (last > first)
        for (const row of await selectHours({ modelIds, fromAt: first, untilAt: last }))
          add(row.defectType, row.predictions, row.confidenceSum / 1e6);
      for (const [fromAt = 0, untilAt = 0] of edges) {
        if (untilAt <= fromAt) continue;
        for (const row of await selectEdge({ modelIds, fromAt, untilAt }))
          add(row.isDefect ? (row.defectType ?? unknownType) : '', row.predictions, row.confidenceSum);
      }
      return {
        predictions: count,
        defects,
        averageConfidence: count === 0 ? null : confidence / count,
        defectTypes,
      };
    },
    listStations: async ({ startAt, endAt }) =>
      (await selectStations({ fromAt: startAt, untilAt: endAt, limit: maxStations }))
        .flatMap(({ station }) => station ?? [])
        .sort(inOrder.compare),
    sumImages: async () => {
      const sums: ImageSums = { images: 0, defectImages: 0, bytes: 0 };
      for (const { defectType, images, bytes } of await selectHours({
        fromAt: 0,
        untilAt: Number.MAX_SAFE_INTEGER,
      })) {
        sums.images += images;
        sums.bytes += bytes;
        if (defectType !== '') sums.defectImages += images;
      }
      return sums;
    },
  };
}
