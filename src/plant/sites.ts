import { and, eq, ne } from 'drizzle-orm';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import { insertMissing } from '../kernel/db/write.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { createWallClock, type WallClock } from '../kernel/time/time-zone.ts';
import type { Db } from '../schema/db.ts';

/** A plant. `name` is its short name in URLs, `title` its display name ('' when none is set). */
export type Site = { id: number; name: string; title: string; timeZone: string };

/** A site as pages show it: `label` is its title, or else its short name; `isOwn` marks the site of this process. */
export type SiteTag = { name: string; label: string; timeZone: string; isOwn: boolean };

/** This process's site from the settings SITE, SITE_NAME and SITE_TIME_ZONE. */
export type SiteSettings = Omit<Site, 'id'>;

/** The sites whose processes share this database. */
export type Sites = {
  /** The site of this process, which writes facts of no other site. */
  readonly own: Site;
  /** The made-up plant beside the own one, if there is any: in no list, and never counted as a further site. */
  demo(): Site | undefined;
  /** The same, made where there is none. */
  ensureDemo(): Promise<Site>;
  /** Wall clock of the own site. */
  readonly wallClock: WallClock;
  /** The own site's time zone before this start, if it has changed. */
  readonly previousTimeZone: string | undefined;
  /** All sites, by name. */
  list(): Site[];
  find(name: string): Site | undefined;
  get(id: number): Site | undefined;
  /** Whether there is more than one; otherwise pages do not mention sites. */
  isSeveral(): boolean;
  /** How pages show a site; null if it is the only one, which pages do not mention. */
  tagOf(siteId: number): SiteTag | null;
  /** Label of the own site; null if it is the only one. */
  ownLabel(): string | null;
  /** Filter that limits a read to the own site; empty if it is the only one. */
  ownFilter(): { siteId?: number };
  /** Wall clock of a site; the own site's for an unknown one. */
  wallClockOf(siteId: number): WallClock;
  /** Reads the sites that other processes have added or renamed. */
  refresh(): Promise<void>;
};

/** Creates or updates the own site's row and reads the others. */
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
      .where(and(ne(table.id, value.ownId), ne(table.name, ''), eq(table.kind, 'plant'))),
  );

  const selectNamed = prepared((value: Placeholders<{ name: string }>) =>
    db.read.select(columns).from(table).where(eq(table.name, value.name)),
  );
  let demo: Site | undefined;

  async function refresh(): Promise<void> {
    const others = await selectOthers({ ownId: own.id });
    [demo] = await selectNamed({ name: demoNameOf(own) });
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
    get: (id) => [...sites, demo].find((site) => site?.id === id),
    demo: () => demo,
    ensureDemo: async () => {
      if (demo) return demo;
      const row = {
        name: demoNameOf(own),
        title: '',
        timeZone: own.timeZone,
        kind: 'demo' as const,
        createdAt: clock.now(),
      };
      await db.tx((q) => insertMissing(db.dialect, q, table, [row]));
      await refresh();
      if (!demo) throw new Error(`No row for the site ${JSON.stringify(row.name)} just written`);
      return demo;
    },
    isSeveral: () => sites.length > 1,
    tagOf,
    ownLabel: () => tagOf(own.id)?.label ?? null,
    ownFilter: () => (sites.length > 1 ? { siteId: own.id } : {}),
    wallClockOf: (siteId) => clockOf((sites.find(({ id }) => id === siteId) ?? own).timeZone),
    refresh,
  };
}

/** SITE has no tilde, so no real site is called so. */
function demoNameOf({ name }: Site): string {
  return `${name}~demo`;
}

/** The options of a site filter, with the shown site chosen; null if there is only one site. */
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
 * The row of this process's site, created or updated from the settings. Data from before there were sites belongs to
 * the first site that claims it.
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
      // Writes come first in this transaction, so that two processes starting together see each other's row.
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
