import { and, count, desc, eq, lt } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs, hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';

/** How an event came. */
export const eventSources = ['http', 'mqtt', 'redis', 'import'] as const;
export type EventSource = (typeof eventSources)[number];

/** An event that was refused, as it came. */
export type RefusedEvent = { receivedAt: number; source: EventSource; reason: string; body: string };

const keptMs = 30 * dayMs;
/** Rows of a site: with more, the sender has to be put right first. */
const maxRows = 10_000;
const maxReasonLength = 500;
const maxBodyLength = 2_000;

/** Events refused for their time, or that came by a way without an answer: kept for 30 days, to be looked at. */
export type RefusedEvents = {
  keep(event: { siteId: number; source: EventSource; reason: string; body: unknown }): Promise<void>;
  /** Newest first. */
  list(siteId: number, limit: number): Promise<RefusedEvent[]>;
  count(siteId: number): Promise<number>;
};

export function createRefusedEvents(db: Db, clock: Clock): RefusedEvents {
  const { refusedEvents: table } = db.tables;
  let cutAt = 0;
  const selectCount = prepared((value: Placeholders<{ siteId: number }>) =>
    db.read.select({ count: count() }).from(table).where(eq(table.siteId, value.siteId)),
  );
  const selectNewest = prepared((value: Placeholders<{ siteId: number; limit: number }>) =>
    db.read
      .select({
        receivedAt: table.receivedAt,
        source: table.source,
        reason: table.reason,
        body: table.body,
      })
      .from(table)
      .where(eq(table.siteId, value.siteId))
      .orderBy(desc(table.receivedAt), desc(table.id))
      .limit(value.limit),
  );
  const countOf = async (siteId: number) => (await selectCount({ siteId }))[0]?.count ?? 0;
  return {
    keep: async ({ siteId, source, reason, body }) => {
      const receivedAt = clock.now();
      const isCutDue = receivedAt - cutAt > hourMs;
      if (isCutDue) cutAt = receivedAt;
      const isFull = (await countOf(siteId)) >= maxRows;
      if (isFull && !isCutDue) return;
      const text = JSON.stringify(body) ?? '';
      await db.tx(async (q) => {
        if (isCutDue)
          await q
            .delete(table)
            .where(and(eq(table.siteId, siteId), lt(table.receivedAt, receivedAt - keptMs)));
        if (isFull) return;
        await q.insert(table).values({
          siteId,
          source,
          reason: reason.slice(0, maxReasonLength),
          body: text.slice(0, maxBodyLength).toWellFormed().replaceAll('\u0000', ''),
          receivedAt,
        });
      });
    },
    list: (siteId, limit) => selectNewest({ siteId, limit }),
    count: countOf,
  };
}
