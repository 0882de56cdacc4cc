import { and, asc, eq, gt, max } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { type Loop, startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import { secondMs } from '../kernel/time/durations.ts';
import type { Db } from '../schema/db.ts';

const intervalMs = 5 * secondMs;

/** The action under which `npm run db -- plant import` stands in the audit log. */
const importAction = 'plant.import';

/**
 * Looks in the audit log for plant files that another program has imported into this database, and has what is kept in
 * memory read again.
 */
export function startFollowingImports({
  db,
  log,
  onImported,
}: {
  db: Db;
  log: Log;
  onImported: () => Promise<void>;
}): Loop {
  const { auditEntries: table } = db.tables;
  const selectLast = prepared((value: Placeholders<{ fromId: number }>) =>
    db.read
      .select({ id: max(table.id) })
      .from(table)
      .where(gt(table.id, value.fromId)),
  );
  const selectImports = prepared((value: Placeholders<{ fromId: number; action: string }>) =>
    db.read
      .select({ id: table.id })
      .from(table)
      .where(and(gt(table.id, value.fromId), eq(table.action, value.action)))
      .orderBy(asc(table.id))
      .limit(1),
  );
  let seenId: number | undefined;

  return startLoop({
    name: 'plant files of other programs',
    intervalMs,
    log,
    runAtStart: true,
    run: async () => {
      const [last] = await selectLast({ fromId: seenId ?? 0 });
      const lastId = last?.id ?? seenId ?? 0;
      if (seenId === undefined || lastId === seenId) {
        seenId = lastId;
        return;
      }
      const imported = await selectImports({ fromId: seenId, action: importAction });
      if (imported.length > 0) await onImported();
      seenId = lastId;
    },
  });
}
