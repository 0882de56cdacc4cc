import { and, desc, eq, gte, like, lt } from 'drizzle-orm';
import { type Placeholders, perDatabase, prepared } from '../kernel/db/prepared.ts';
import type { Db } from '../schema/db.ts';

export type AuditEntry = {
  id: number;
  /** Epoch ms UTC. */
  at: number;
  actor: string;
  action: string;
  target: string;
  address: string;
  before: unknown;
  after: unknown;
};

/** Instants are epoch ms UTC, `from` inclusive and `to` exclusive. */
export type AuditFilter = { actor?: string; action?: string; from?: number; to?: number };

const auditPageSize = 50;

/** One page of the log, newest first. `olderBefore` is the id to pass as `before` for the next page, null at the end. */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  before: number | undefined,
): Promise<{ entries: AuditEntry[]; olderBefore: number | null }> {
  const { actor, action, from, to } = filter;
  const actions = action === undefined ? undefined : `${action}.%`;
  const rows = await selectEntries(db)({ before, actor, actions, from, to });
  const entries = rows.slice(0, auditPageSize);
  return { entries, olderBefore: rows.length > auditPageSize ? (entries.at(-1)?.id ?? null) : null };
}

const selectEntries = perDatabase(({ read, tables: { auditEntries: t } }: Db) =>
  prepared(
    (
      value: Placeholders<{ before?: number; actor?: string; actions?: string; from?: number; to?: number }>,
    ) =>
      read
        .select()
        .from(t)
        .where(
          and(
            value.before && lt(t.id, value.before),
            value.actor && eq(t.actor, value.actor),
            value.actions && like(t.action, value.actions),
            value.from && gte(t.at, value.from),
            value.to && lt(t.at, value.to),
          ),
        )
        .orderBy(desc(t.id))
        .limit(auditPageSize + 1),
  ),
);
