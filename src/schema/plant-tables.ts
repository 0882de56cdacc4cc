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
      /** `demo`: the made-up plant beside a real one, never counted as a further site. */
      kind: kit.enumText('kind', ['plant', 'demo']).notNull().default('plant'),
    },
    (t) => [kit.uniqueIndex('sites_name', [t.name])],
  );
  /** Production lines of a site; a station stands in one of them, or in none. */
  const lines = kit.table(
    'lines',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      name: kit.text('name', 100).notNull(),
      createdAt: kit.ms('created_at').notNull(),
    },
    (t) => [kit.uniqueIndex('lines_name', [t.siteId, t.name])],
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
      /** Its line; 0 is none. */
      lineId: kit.ref('line_id').notNull().default(0),
      /** What is done there (`assembly`, `welding` …), in the plant's own word; '' if nobody said. */
      type: kit.text('type', 60).notNull().default(''),
      /** Whether it has images; a workstation known by its events alone has none and is on no page of inspections. */
      isInspected: kit.bool('is_inspected').notNull().default(true),
    },
    (t) => [kit.uniqueIndex('stations_name', [t.siteId, t.name, t.isInspected])],
  );
  /**
   * Names that mean a station besides its own: what a source calls it (`inspections`: the folder or the name in the file;
   * `events`: the workstation id of its events), and former names, so that old addresses still lead to it. Equal names of
   * different sources mean different stations until a person or the plant file links them.
   */
  const stationAliases = kit.table(
    'station_aliases',
    {
      siteId: kit.ref('site_id').notNull(),
      source: kit.enumText('source', ['inspections', 'events']).notNull(),
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
   * Ideal time of one unit, ms, from an instant on, of a station, a model, or a model at a station: the most particular one
   * holds. 0 stands for every station or every model; null takes one back.
   */
  const idealCycles = kit.table(
    'ideal_cycles',
    {
      siteId: kit.ref('site_id').notNull(),
      stationId: kit.ref('station_id').notNull(),
      partId: kit.ref('part_id').notNull(),
      fromAt: kit.ms('from_at').notNull(),
      cycleMs: kit.real('cycle_ms'),
      setBy: kit.text('set_by', 150).notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.stationId, t.partId, t.fromAt])],
  );
  /** People whose activity is recorded. A removed one keeps the row, without code and name, for the totals. */
  const workers = kit.table(
    'workers',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      /** What events call the worker. */
      code: kit.text('code', 100).notNull(),
      /** '' if nobody said. */
      name: kit.text('name', 150).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      removedAt: kit.ms('removed_at'),
    },
    (t) => [kit.uniqueIndex('workers_code', [t.siteId, t.code])],
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
  /**
   * How far retention has come at a site. `rows`: the instant before which inspections were deleted and are taken up no more;
   * `files`: the hour up to which image files were deleted; `events`: the hour before which single events of workers were
   * deleted; `persons`: the hour before which nothing says who did what. Without a row nothing ever was.
   */
  const horizons = kit.table(
    'horizons',
    {
      siteId: kit.ref('site_id').notNull(),
      name: kit.enumText('name', ['rows', 'files', 'events', 'persons']).notNull(),
      at: kit.ms('at').notNull(),
    },
    (t) => [kit.primaryKey([t.siteId, t.name])],
  );
  return {
    sites,
    lines,
    stations,
    stationAliases,
    parts,
    targets,
    idealCycles,
    workers,
    shiftPlans,
    horizons,
  };
}
