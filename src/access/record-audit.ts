import type { Queryable } from '../kernel/db/database.ts';
import type { Change } from '../kernel/http/env.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';

/** The actor of a change and the address it came from. */
export type Doer = { actor: string; address: string };

export type RecordAudit = (q: Queryable, doer: Doer, change: Change) => Promise<void>;

const longest = { actor: 150, action: 100, target: 255, address: 64 } as const;
/** Longest details in JSON; longer ones are dropped, so that an upload cannot inflate the log. */
const maxDetailLength = 4_000;

/** Appends to the audit log within the transaction of the change. Never pass it a secret or a password. */
export function createRecordAudit(db: Db, clock: Clock): RecordAudit {
  const { auditEntries } = db.tables;
  return async (q, { actor, address }, { action, target, before, after }) => {
    await q.insert(auditEntries).values({
      at: clock.now(),
      actor: actor.slice(0, longest.actor),
      action: action.slice(0, longest.action),
      target: target.slice(0, longest.target),
      address: address.slice(0, longest.address),
      before: bounded(before),
      after: bounded(after),
    });
  };
}

function bounded(detail: unknown): unknown {
  if (detail === undefined) return null;
  return JSON.stringify(detail).length > maxDetailLength ? { tooLong: true } : detail;
}
