import type { WallClock } from '../kernel/time/time-zone.ts';
import { siteParam } from './links.ts';
import type { Sites, SiteTag } from './sites.ts';

/** The site a page's filters mean. */
export type AskedSite = {
  /** A site was named that does not exist: nothing can be found. */
  isUnknown: boolean;
  /** Set where the database has several sites and one of them is meant: what reads are narrowed to. */
  siteId?: number;
  /** The same as pages name it; null for all sites together. */
  tag: SiteTag | null;
  /** How its name stands in addresses: not at all where it is clear without. */
  param: string | undefined;
  /** By which times are read and written: the own site's where several are shown together. */
  wallClock: WallClock;
};

/** `asked` is what `?site=` says. A station without a site is the own site's; without both, all sites are meant. */
export function readAskedSite(
  asked: string | undefined,
  station: string | undefined,
  sites: Sites,
): AskedSite {
  const site = asked === undefined ? (station === undefined ? undefined : sites.own) : sites.find(asked);
  if (!site) {
    const isUnknown = asked !== undefined;
    return { isUnknown, param: asked, tag: null, wallClock: sites.wallClock };
  }
  const tag = sites.tagOf(site.id);
  return {
    isUnknown: false,
    param: station === undefined ? tag?.name : siteParam(tag),
    tag,
    ...(tag ? { siteId: site.id } : {}),
    wallClock: sites.wallClockOf(site.id),
  };
}
