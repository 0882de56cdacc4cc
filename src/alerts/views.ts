/**
 * Rows → what the pages of alarms print. Instants are epoch ms UTC, yields 0..1.
 *
 * Templates and their data:
 *   alerts/page      AlertsPage
 *   alerts/_list     AlertsView      (GET /alerts/list, container #alerts-list)
 *   alerts/_alarm    AlarmView
 *   alerts/targets   TargetsPage
 */
import type { PageFragments } from '../kernel/stream/page-fragments.ts';
import { dayMs } from '../kernel/time/durations.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { siteParam, stationHref } from '../plant/links.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites } from '../plant/sites.ts';
import type { AlarmEpisode, AlarmKey } from './model.ts';

/** What a yield that is called usual rests on. */
export type UsualBasis = {
  rate: number;
  inspections: number;
  days: number;
  parts: string[];
  morePartsCount: number;
};

export type AlarmView = {
  station: string;
  /** All images of the station are the demo plant's. */
  isDemo: boolean;
  /** Label of its site, where there are several. */
  siteLabel: string | null;
  href: string;
  key: AlarmKey;
  beganAt: number;
  raisedAt: number;
  endedAt: number | null;
  ending: AlarmEpisode['ending'];
  usual: UsualBasis | null;
  target: { rate: number; isAssumed: boolean } | null;
  acknowledged: AlarmEpisode['acknowledged'];
  accepted: AlarmEpisode['accepted'];
  /** Fields of its forms; null where it is kept at another site. */
  form: { ref: Record<string, string>; from: string; canAccept: boolean } | null;
  here: string;
};

export type AlertsView = { open: AlarmView[]; ended: AlarmView[] };

export type AlertsPage = { here: string; live: PageFragments<'list'> };

/** One model of a station, with what is usual of it. */
export type UsualLine = { part: string; basis: UsualBasis; ng: number; isEnough: boolean };

type Names = { names: PlantNames; sites: Sites; isDemo(stationId: number): boolean };

/** Models named before it says "and n more". */
const maxParts = 3;

/** How much time an alarm or a baseline rests on, in days and at least one. */
export function daysBetween(fromAt: number, toAt: number): number {
  return Math.max(1, Math.round((toAt - fromAt) / dayMs));
}

/** An alarm as pages print it; `here` is the page its forms return to. */
export function alarmView(alarm: AlarmEpisode, here: string, { names, sites, isDemo }: Names): AlarmView {
  const siteId = names.siteIdOf(alarm.stationId);
  const site = sites.tagOf(siteId);
  const station = names.stationName(alarm.stationId);
  const { usual, target } = alarm.grounds;
  const wallClock: WallClock = sites.wallClockOf(siteId);
  return {
    station,
    isDemo: isDemo(alarm.stationId),
    siteLabel: site?.label ?? null,
    href: stationHref(station, { period: '1d', site: siteParam(site) }),
    key: alarm.key,
    beganAt: alarm.beganAt,
    raisedAt: alarm.raisedAt,
    endedAt: alarm.endedAt,
    ending: alarm.ending,
    usual: usual && {
      rate: 1 - usual.ng / usual.inspections,
      inspections: usual.inspections,
      days: daysBetween(usual.fromAt, usual.toAt),
      parts: usual.partIds.slice(0, maxParts).map((id) => names.partName(id)),
      morePartsCount: Math.max(0, usual.partIds.length - maxParts),
    },
    target: target && { rate: 1 - target.share, isAssumed: target.isAssumed },
    acknowledged: alarm.acknowledged,
    accepted: alarm.accepted,
    form:
      siteId === sites.own.id && alarm.endedAt === null
        ? {
            ref: { station: String(alarm.stationId), alarm: alarm.key, raised: String(alarm.raisedAt) },
            from: wallClock.format(alarm.beganAt, 'minute'),
            // A target that somebody has set is changed on its page.
            canAccept: alarm.key !== 'belowTarget' || target?.isAssumed === true,
          }
        : null,
    here,
  };
}
