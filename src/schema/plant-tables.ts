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
      /** As pages show it; the names that sources give it are among the aliases once a person has renamed it. */
      name: kit.text('name', 255).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      /** An administrator took it off the pages then; its images are counted as before. */
      hiddenAt: kit.ms('hidden_at'),
      /** The station that its facts are shown as. They keep their own station id; at most one step. */
      mergedInto: kit.ref('merged_into'),
      /** How far the times in the names of its images are ahead of the server's clock, where they are wrong. */
      clockAheadMs: kit.ms('clock_ahead_ms'),
    },
    (t) => [kit.uniqueIndex('stations_name', [t.siteId, t.name])],
  );
  /**
   * Names that mean a station besides its own: what a source calls it (`inspections`: the folder or the name in the file),
   * and former names, so that old addresses still lead to it.
   */
  const stationAliases = kit.table(
    'station_aliases',
    {
      siteId: kit.ref('site_id').notNull(),
      source: kit.enumText('source', ['inspections']).notNull(),
      externalName: kit.text('external_name', 255).notNull(),
      stationId: kit.ref('station_id').notNull(),
      createdAt: kit.ms('created_at').notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.source, t.externalName])],
  );
  /** Product models; "Model" on the screen. */
  const parts = kit.table(
    'parts',
    { id: kit.key('id'), name: kit.text('name', 255).notNull(), createdAt: kit.ms('created_at').notNull() },
    (t) => [kit.uniqueIndex('parts_name', [t.name])],
  );
  /**
   * Target yields (0..1) from an instant on, of a site, a station or a model: the most particular one holds. 0 stands for
   * every station or every model; a null yield takes a target back.
   */
  const targets = kit.table(
    'targets',
    {
      siteId: kit.ref('site_id').notNull(),
      stationId: kit.ref('station_id').notNull(),
      partId: kit.ref('part_id').notNull(),
      fromAt: kit.ms('from_at').notNull(),
      yield: kit.real('yield'),
      setBy: kit.text('set_by', 150).notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.stationId, t.partId, t.fromAt])],
  );
  /**
   * Shift plans: each holds from its local date (YYYY-MM-DD) until the next one's. Line 0 stands for the whole site.
   * What a plan says: `plant/shifts/shift-plan.ts`.
   */
  const shiftPlans = kit.table(
    'shift_plans',
    {
      siteId: kit.ref('site_id').notNull(),
      lineId: kit.ref('line_id').notNull(),
      fromDate: kit.text('from_date', 10).notNull(),
      plan: kit.json<unknown>('plan').notNull(),
      setBy: kit.text('set_by', 150).notNull(),
      setAt: kit.ms('set_at').notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.lineId, t.fromDate])],
  );
  return { sites, stations, stationAliases, parts, targets, shiftPlans };
}
