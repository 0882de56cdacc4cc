import { createOldRowsPolicy } from '../kernel/db/old-rows-policy.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Db } from '../schema/db.ts';

/** Entries of the audit log. */
export function createAuditPolicy(db: Db, days: number): RetentionPolicy {
  const { auditEntries } = db.tables;
  return createOldRowsPolicy({ key: 'audit', days, db, table: auditEntries, at: auditEntries.at });
}
