import type { Kit } from '../kernel/db/kit.ts';

/** Tables owned by `plant/`: what a site is made of. */
export function definePlantTables(kit: Kit) {
  /**
   * Plants whose processes share this database. Every fact belongs to one through its station. The name '' is the site of a
   * database from before there were several, until a process claims it.
   */
  const sites = kit.table(
    'sites',
    {
      id: kit.key('id'),
      /** SITE: the short name, used in addresses. */
      name: kit.text('name', 60).notNull(),
      /** SITE_NAME: the display name; '' if not set. */
      title: kit.text('title', 60).notNull(),
      timeZone: kit.text('time_zone', 64).notNull(),
      createdAt: kit.ms('created_at').notNull(),
    },
    (t) => [kit.uniqueIndex('sites_name', [t.name])],
  );
  const stations = kit.table(
    'stations',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      name: kit.text('name', 255).notNull(),
      createdAt: kit.ms('created_at').notNull(),
    },
    (t) => [kit.uniqueIndex('stations_name', [t.siteId, t.name])],
  );
  /** Product models; "Model" on the screen. */
  const parts = kit.table(
    'parts',
    { id: kit.key('id'), name: kit.text('name', 255).notNull(), createdAt: kit.ms('created_at').notNull() },
    (t) => [kit.uniqueIndex('parts_name', [t.name])],
  );
  return { sites, stations, parts };
}
