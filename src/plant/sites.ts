import { and, eq, ne } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { insertMissing } from '../kernel/db/write.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { createWallClock, type WallClock } from '../kernel/time/time-zone.ts';
import type { Db } from '../schema/db.ts';

/** A plant. `name` is its short name in addresses, `title` the one people read ('' when none is set). */
export type Site = { id: number; name: string; title: string; timeZone: string };

/** A site as pages write it: `label` is its title, or its short name; `isOwn` is that of the process that answers. */
export type SiteTag = { name: string; label: string; timeZone: string; isOwn: boolean };

/** What the settings say of the site of this process: SITE, SITE_NAME, SITE_TIME_ZONE. */
export type SiteSettings = Omit<Site, 'id'>;

/** The sites whose processes share this database. */
export type Sites = {
  /** The one this process belongs to: it writes facts of no other. */
  readonly own: Site;
  /** Wall clock of the own site. */
  readonly wallClock: WallClock;
  /** The zone the database knew for the own site until this start, when that was another one. */
  readonly previousTimeZone: string | undefined;
  /** All, by name. */
  list(): Site[];
  find(name: string): Site | undefined;
  get(id: number): Site | undefined;
  /** More than one: only then do pages speak of sites. */
  isSeveral(): boolean;
  /** How pages name a site; null while there is only one, so that nothing of it is shown. */
  tagOf(siteId: number): SiteTag | null;
  /** Label of the own site; null while there is only one. */
  ownLabel(): string | null;
  /** Narrows a read to the own site; nothing to narrow while there is only one. */
  ownFilter(): { siteId?: number };
  /** The clock on the wall of a site; of an unknown one, the own. */
  wallClockOf(siteId: number): WallClock;
  /** Learns of sites that other processes added or renamed meanwhile. */
  refresh(): Promise<void>;
};

/** Makes sure of the own site's row and reads the others. */
export async function createSites(db: Db, clock: Clock, settings: SiteSettings): Promise<Sites> {
  const { site: own, previousTimeZone } = await claimSite(db, clock, settings);
  const { sites: table } = db.tables;
  const columns = { id: table.id, name: table.name, title: table.title, timeZone: table.timeZone };
  const clocks = new Map<string, WallClock>();
  let sites: Site[] = [own];

  function clockOf(timeZone: string): WallClock {
    const known = clocks.get(timeZone);
    if (known) return known;
    const made = createWallClock(timeZone);
    clocks.set(timeZone, made);
    return made;
  }

  const selectOthers = prepared((value: Placeholders<{ ownId: number }>) =>
    db.read
      .select(columns)
      .from(table)
      .where(and(ne(table.id, value.ownId), ne(table.name, ''))),
  );

  async function refresh(): Promise<void> {
    const others = await selectOthers({ ownId: own.id });
    sites = [own, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  function tagOf(siteId: number): SiteTag | null {
    const site = sites.find(({ id }) => id === siteId);
    if (!site || sites.length === 1) return null;
    const { id, name, title, timeZone } = site;
    return { name, label: title || name, timeZone, isOwn: id === own.id };
  }

  await refresh();
  return {
    own,
    wallClock: clockOf(own.timeZone),
    previousTimeZone,
    list: () => [...sites],
    find: (name) => sites.find((site) => site.name === name),
    get: (id) => sites.find((site) => site.id === id),
    isSeveral: () => sites.length > 1,
    tagOf,
    ownLabel: () => tagOf(own.id)?.label ?? null,
    ownFilter: () => (sites.length > 1 ? { siteId: own.id } : {}),
    wallClockOf: (siteId) => clockOf((sites.find(({ id }) => id === siteId) ?? own).timeZone),
    refresh,
  };
}

/** The sites a filter offers, with the one that is shown; null while there is only one. */
export function siteChoices(
  sites: Sites,
  shown: SiteTag | null,
): { name: string; label: string; isChosen: boolean }[] | null {
  if (!sites.isSeveral()) return null;
  return sites
    .list()
    .map(({ name, title }) => ({ name, label: title || name, isChosen: name === shown?.name }));
}

/**
 * The row of the site this process belongs to, made when it is new and brought up to date with the settings. What a
 * database from before sites holds goes to the first one that asks.
 */
async function claimSite(
  db: Db,
  clock: Clock,
  settings: SiteSettings,
): Promise<{ site: Site; previousTimeZone: string | undefined }> {
  const { sites } = db.tables;
  const same = eq(sites.name, settings.name);
  const find = async (q: Pick<Db['read'], 'select'>) => (await q.select().from(sites).where(same))[0];
  const known = await find(db.read);
  const row =
    known ??
    (await db.tx(async (q) => {
      // Before anything is read in this transaction: two processes that start together must see each other's row.
      await q.update(sites).set(settings).where(eq(sites.name, ''));
      await insertMissing(db.dialect, q, sites, [{ ...settings, createdAt: clock.now() }]);
      return find(q);
    }));
  if (!row) throw new Error(`No row for the site ${JSON.stringify(settings.name)} just written`);
  if (row.title !== settings.title || row.timeZone !== settings.timeZone)
    await db.tx((q) => q.update(sites).set(settings).where(eq(sites.id, row.id)));
  const isOther = row.timeZone !== settings.timeZone;
  return { site: { id: row.id, ...settings }, previousTimeZone: isOther ? row.timeZone : undefined };
}
