import { and, desc, eq, gte, inArray, lt, lte, or } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { Db } from '../../schema/db.ts';
import type { ActivityEvent, EventKind } from '../model.ts';

/** A recorded event; `id` grows with each. */
export type EventRow = ActivityEvent & { id: number; receivedAt: number };

export type EventFilter = {
  stationIds: readonly number[];
  workerId?: number | undefined;
  kind?: EventKind | undefined;
  /** Inclusive. */
  fromAt?: number | undefined;
  /** Exclusive. */
  untilAt?: number | undefined;
  /** Events before this one in the order of the list. */
  before?: { at: number; id: number } | undefined;
};

export type EventQueries = {
  /** Newest first. */
  list(filter: EventFilter, limit: number): Promise<EventRow[]>;
  find(id: number): Promise<EventRow | undefined>;
};

type Values = {
  stationIds: readonly number[];
  workerId?: number | undefined;
  kind?: string | undefined;
  fromAt?: number | undefined;
  untilAt?: number | undefined;
  beforeAt?: number | undefined;
  beforeId?: number | undefined;
  limit: number;
};

export function createEventQueries(db: Db): EventQueries {
  const { activityEvents: table } = db.tables;
  const columns = {
    id: table.id,
    stationId: table.stationId,
    workerId: table.workerId,
    kind: table.kind,
    at: table.at,
    confidence: table.confidence,
    count: table.count,
    eventId: table.eventId,
    modelId: table.modelId,
    modelVersion: table.modelVersion,
    receivedAt: table.receivedAt,
  };
  const select = prepared((value: Placeholders<Values>) =>
    db.read
      .select(columns)
      .from(table)
      .where(
        and(
          inArray(table.stationId, value.stationIds),
          value.workerId && eq(table.workerId, value.workerId),
          value.kind && eq(table.kind, value.kind),
          value.fromAt && gte(table.at, value.fromAt),
          value.untilAt && lt(table.at, value.untilAt),
          value.beforeAt &&
            value.beforeId &&
            and(
              lte(table.at, value.beforeAt),
              or(lt(table.at, value.beforeAt), lt(table.id, value.beforeId)),
            ),
        ),
      )
      .orderBy(desc(table.at), desc(table.id))
      .limit(value.limit),
  );
  const selectOne = prepared((value: Placeholders<{ id: number }>) =>
    db.read.select(columns).from(table).where(eq(table.id, value.id)).limit(1),
  );
  return {
    list: async ({ before, ...filter }, limit) =>
      filter.stationIds.length === 0
        ? []
        : select({ ...filter, beforeAt: before?.at, beforeId: before?.id, limit }),
    find: async (id) => (await selectOne({ id }))[0],
  };
}
