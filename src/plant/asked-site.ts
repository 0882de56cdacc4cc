import type { WallClock } from '../kernel/time/time-zone.ts';
import { siteParam } from './links.ts';
import type { Sites, SiteTag } from './sites.ts';

/** The site that a request asks for. */
export type AskedSite = {
  /** The named site does not exist, so nothing can be found. */
  isUnknown: boolean;
  /** The site that reads are limited to; undefined with a single site and for all sites together. */
  siteId?: number;
  /** The site as pages show it; null with a single site and for all sites together. */
  tag: SiteTag | null;
  /** Its name in URLs; undefined where it is clear without. */
  param: string | undefined;
  /** Time zone of the page: the site's, or the own site's where several are shown together. */
  wallClock: WallClock;
};

/** `asked` is the value of `?site=`. A station without a site belongs to the own site; without both, all sites are meant. */
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
    siteId: tag ? site.id : undefined,
    wallClock: sites.wallClockOf(site.id),
  };
}
