import { and, eq, inArray, lt } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Placeholders } from '../../kernel/db/prepared.ts';
import { preparedIn } from '../../kernel/db/prepared-in.ts';
import { createRowWriter } from '../../kernel/db/row-writer.ts';
import { createReadHorizons } from '../../plant/removal/horizons.ts';
import { lockSite } from '../../plant/resources/lock-site.ts';
import type { Db } from '../../schema/db.ts';
import { type ActivityEvent, nobody, stationItself } from '../model.ts';
import { derivedFrom } from './activity-horizons.ts';
import { createDeriveSegments, type DeriveRules } from './derive-segments.ts';
import { eventKey, isSameContent } from './event-key.ts';
import { RollUpChanges } from './roll-up-sums.ts';

/**
 * What became of an event: `conflict` is a sender's own id that came before with other content; `past` lies before what
 * retention has deleted.
 */
export type Outcome = 'recorded' | 'duplicate' | 'conflict' | 'past';

/** Events of one site to be written. */
export type EventBatch = {
  siteId: number;
  events: readonly ActivityEvent[];
  receivedAt: number;
  rules: DeriveRules;
};

/**
 * Writes events with what is derived of them, in a transaction of the caller's, and answers what became of each. The same
 * events in any order and any number of times leave the same rows: of equal events the one of highest confidence is kept.
 */
export type WriteEvents = (q: Queryable, batch: EventBatch) => Promise<Outcome[]>;

const keysPerStatement = 500;
const columns = [
  'stationId',
  'workerId',
  'kind',
  'at',
  'confidence',
  'count',
  'key',
  'eventId',
  'modelId',
  'modelVersion',
  'receivedAt',
] as const;

type Known = ActivityEvent & { key: string };

export function createWriteEvents(db: Db): WriteEvents {
  const { activityEvents: table } = db.tables;
  const writeRows = createRowWriter(db, table, columns, 'ignore');
  const deriveSegments = createDeriveSegments(db);
  const selectKnown = preparedIn((q, value: Placeholders<{ keys: readonly string[] }>) =>
    q.select().from(table).where(inArray(table.key, value.keys)),
  );

  const horizons = new Map<number, ReturnType<typeof createReadHorizons>>();
  const horizonsOf = (siteId: number) => {
    const known = horizons.get(siteId) ?? createReadHorizons(db, siteId);
    horizons.set(siteId, known);
    return known;
  };

  async function findKnown(q: Queryable, keys: readonly string[]): Promise<Map<string, Known>> {
    const known = new Map<string, Known>();
    for (let from = 0; from < keys.length; from += keysPerStatement) {
      const rows = await selectKnown(q, { keys: keys.slice(from, from + keysPerStatement) });
      for (const row of rows) known.set(row.key, row);
    }
    return known;
  }

  return async (q, { siteId, events, receivedAt, rules }) => {
    await lockSite(db, q, siteId);
    const keyed = events.map((event) => ({ ...event, key: eventKey(siteId, event) }));
    const known = await findKnown(q, [...new Set(keyed.map(({ key }) => key))]);
    const keptFrom = derivedFrom(await horizonsOf(siteId)(q));
    const added = new Map<string, Known>();
    const surer = new Map<string, Known>();
    const outcomes = keyed.map((event): Outcome => {
      const { key } = event;
      const same = added.get(key) ?? known.get(key);
      if (same === undefined) {
        if (event.at < keptFrom) return 'past';
        added.set(key, event);
        return 'recorded';
      }
      if (same.workerId === nobody) return 'duplicate';
      if (!isSameContent(same, event)) return 'conflict';
      if (event.confidence > same.confidence) {
        same.confidence = event.confidence;
        if (!added.has(key)) surer.set(key, same);
      }
      return 'duplicate';
    });

    await writeRows(
      q,
      [...added.values()].map((event) => ({ ...event, receivedAt })),
    );
    for (const { key, stationId, confidence } of surer.values()) {
      await q
        .update(table)
        .set({ confidence })
        .where(and(eq(table.key, key), eq(table.stationId, stationId), lt(table.confidence, confidence)));
    }

    const changes = new RollUpChanges();
    for (const event of added.values()) changes.addEvent(event, [event.workerId, stationItself]);
    const touched = new Map<number, number[]>();
    for (const { workerId, at } of [...added.values(), ...surer.values()]) {
      const instants = touched.get(workerId) ?? [];
      instants.push(at);
      touched.set(workerId, instants);
    }
    await deriveSegments(q, touched, rules, changes);
    await changes.write(db, q);
    return outcomes;
  };
}
