import type { Clock } from '../kernel/time/clock.ts';
import { createSites, type Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';

/** The site `main` as a process that starts on this database makes it. */
export function openMainSite(db: Db, clock: Clock, timeZone = 'UTC'): Promise<Sites> {
  return createSites(db, clock, { name: 'main', title: '', timeZone });
}
