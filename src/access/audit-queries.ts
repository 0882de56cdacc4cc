import { and, desc, eq, gte, like, lt } from 'drizzle-orm';
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
  const { auditEntries: t } = db.tables;
  const rows = await db.read
    .select()
    .from(t)
    .where(
      and(
        before === undefined ? undefined : lt(t.id, before),
        filter.actor === undefined ? undefined : eq(t.actor, filter.actor),
        filter.action === undefined ? undefined : like(t.action, `${filter.action}.%`),
        filter.from === undefined ? undefined : gte(t.at, filter.from),
        filter.to === undefined ? undefined : lt(t.at, filter.to),
      ),
    )
    .orderBy(desc(t.id))
    .limit(auditPageSize + 1);
  const entries = rows.slice(0, auditPageSize);
  return { entries, olderBefore: rows.length > auditPageSize ? (entries.at(-1)?.id ?? null) : null };
}
