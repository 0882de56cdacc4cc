import type { Log } from '../kernel/log.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import { createSites, type Sites } from './sites.ts';

/** Opens the sites of the database; the own one is set by SITE, SITE_NAME and SITE_TIME_ZONE. */
export async function openSites(
  { config, clock, log }: { config: Config; clock: Clock; log: Log },
  db: Db,
): Promise<Sites> {
  const { site: name, siteName: title, siteTimeZone: timeZone } = config;
  const sites = await createSites(db, clock, { name, title, timeZone });
  const { previousTimeZone: before } = sites;
  if (before !== undefined && before !== '')
    log.warn(
      { site: name, before, now: timeZone },
      'The time zone of the site has changed: images recorded before keep the instants they were read with',
    );
  return sites;
}
