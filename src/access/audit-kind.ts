import { createOldRowsKind } from '../kernel/db/old-rows.ts';
import type { RetentionKind } from '../kernel/retention-kind.ts';
import type { Db } from '../schema/db.ts';

/** Entries of the audit log. */
export function createAuditKind(db: Db, days: number): RetentionKind {
  const { auditEntries } = db.tables;
  return createOldRowsKind({ key: 'audit', days, db, table: auditEntries, at: auditEntries.at });
}
