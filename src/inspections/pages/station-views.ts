/**
 * Rows → what the templates of the station page print.
 *
 * Templates and their data (each `_name` but the history is also the fragment `/station/<name>?station=…`, container `#station-<name>`):
 *   stations/page       StationPage
 *   stations/_summary   StationSummaryView   header with state, figures, last image and last NG
 *   stations/_alarms    StationAlarmsView
 *   stations/_trend     StationTrendView
 *   stations/_parts     PartTableView
 *   stations/_hours     HourTableView
 *   stations/_gaps      GapsView
 *   stations/_history   HistoryView
 */

import type { PageFragments } from '../../kernel/stream/page-fragments.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import {
  type ImageListQuery,
  linkTime,
  type PageQuery,
  type Period,
  pageHref,
  stationHref,
} from '../../plant/links.ts';
import type { FilterForm } from '../../plant/page-filters.ts';
import type { SiteTag } from '../../plant/sites.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { compareYields, countsOf, type Verdict, type VerdictCounts } from '../../plant/yield.ts';
import type { InspectionRef, SequenceGap } from '../model.ts';
import { type YieldView, yieldView } from './cards-views.ts';
import { type Shot, shotView, type Unshowable } from './shot-view.ts';
import type { LocalHour } from './station-tables.ts';

export type PartTableView = {
  rows: { part: string; counts: VerdictCounts; yield: YieldView; latestAt: number | null; href: string }[];
  csvHref: string;
};

export type HourTableView = {
  /** Newest first; hours without inspections between two others are included with zero counts. */
  rows: {
    startAt: number;
    endAt: number;
    /** Offset ahead of UTC of an hour that occurs twice, because the clock is set back. */
    offset: string | undefined;
    counts: VerdictCounts;
    yield: YieldView;
    href: string;
  }[];
  /** The page of the hours before those shown; null when all are. */
  olderHref: string | null;
  csvHref: string;
};

export type GapsView = {
  gaps: SequenceGap[];
  checkedCount: number;
  /** The page of the gaps before those shown; null when all are. */
  olderHref: string | null;
  csvHref: string;
};

export type HistoryFilter = { verdict: Verdict | 'unmatched' | 'undecided' | null; part: string | null };

export type HistoryView = {
  station: string;
  filter: HistoryFilter;
  parts: string[];
  /** Whether images of it wait for a person's verdict, or are asked for. */
  hasUndecided: boolean;
  shots: Shot[];
  /** Target of the filter form, and the page's own query, sent along as hidden fields. */
  action: string;
  carried: Record<string, string>;
  newerHref: string | null;
  olderHref: string | null;
  newestHref: string | null;
  csvHref: string;
};

/** Template `stations/wall`: one station fills a screen. */
export type StationWallPage = {
  station: string;
  period: Period;
  part: string | null;
  live: PageFragments<'wall'>;
  here: string;
};

export type StationPage = {
  station: string;
  /** Its site, if there are several. */
  site: SiteTag | null;
  filters: FilterForm;
  /** Where its name is changed; null for a station of another site, whose names are changed there. */
  nameHref: string | null;
  /** Since when it is hidden from pages and walls; null while it is not. */
  hiddenAt: number | null;
  live: PageFragments<StationPanel>;
  history: HistoryView;
  here: string;
};

/** Panels of the page that are streamed fragments. */
export type StationPanel = 'summary' | 'alarms' | 'trend' | 'parts' | 'hours' | 'gaps';

/** Rows of COUNT gaps on a page; the page before it has the older ones, and the CSV has all. */
export const maxGapRows = 50;

/** The table of parts, worst yield first. */
export function partTableView(
  station: string,
  parts: { part: string; counts: VerdictCounts; latestAt: number | null }[],
  query: PageQuery,
): PartTableView {
  const rows = parts.map((row) => ({
    ...row,
    yield: yieldView(row.counts),
    href: stationHref(station, { ...query, part: row.part }),
  }));
  rows.sort((a, b) => compareYields(a.yield.rate, b.yield.rate) || a.part.localeCompare(b.part));
  return { rows, csvHref: csvHref(station, 'parts', query) };
}

/** The table of hours, newest first; each links to its own page, and the table to the `older` ones that it has no room for. */
export function hourTableView(
  station: string,
  hours: readonly LocalHour[],
  query: PageQuery,
  wallClock: Pick<WallClock, 'fieldText' | 'offsetText'>,
  older: TimeWindow | null = null,
): HourTableView {
  const rows = hours
    .toSorted((a, b) => b.startAt - a.startAt)
    .map((hour) => {
      const { startAt, endAt } = hour;
      const counts = countsOf(hour);
      const href = stationHref(station, {
        ...query,
        period: 'custom',
        start: linkTime(startAt, wallClock),
        end: linkTime(endAt, wallClock),
      });
      const offset = wallClock.offsetText(startAt);
      return { startAt, endAt, offset, counts, yield: yieldView(counts), href };
    });
  const olderHref =
    older &&
    stationHref(station, {
      ...query,
      period: 'custom',
      start: linkTime(older.startAt, wallClock),
      end: linkTime(older.endAt, wallClock),
    });
  return { rows, olderHref, csvHref: csvHref(station, 'hours', query) };
}

/**
 * COUNT gaps, newest first: of more than `maxGapRows` those that fill a page, cut where a second ends, because times in links
 * have no more digits.
 */
export function gapsView(
  station: string,
  gaps: readonly SequenceGap[],
  rest: {
    query: PageQuery;
    window: TimeWindow;
    checkedCount: number;
    wallClock: Pick<WallClock, 'fieldText' | 'offsetText'>;
  },
): GapsView {
  const { query, window, checkedCount, wallClock } = rest;
  const first = gaps[maxGapRows];
  const secondOf = (at: number) => Math.floor(at / 1000);
  const isShown = ({ toAt }: SequenceGap) => first === undefined || secondOf(toAt) > secondOf(first.toAt);
  // More gaps in one second than a page has rows: they stand together.
  const shown = gaps.some(isShown) ? gaps.filter(isShown) : gaps;
  const last = shown.at(-1);
  const olderHref =
    first && last
      ? stationHref(station, {
          ...query,
          period: 'custom',
          start: linkTime(window.startAt, wallClock),
          end: linkTime(secondOf(last.toAt) * 1000, wallClock),
        })
      : null;
  return {
    gaps: [...shown],
    checkedCount,
    olderHref: olderHref && `${olderHref}#station-gaps`,
    csvHref: csvHref(station, 'gaps', query),
  };
}

/**
 * One page of the image history. `newer` and `older` are the cursors of the keyset (opaque here), null at an end;
 * they become the query values `after` and `before`.
 */
export function historyView(
  station: string,
  page: { inspections: InspectionRef[]; newer: string | null; older: string | null },
  query: PageQuery,
  filter: HistoryFilter,
  rest: { parts: string[]; hasUndecided?: boolean; list?: ImageListQuery } & Unshowable,
): HistoryView {
  const own: Record<string, string> = { verdict: filter.verdict ?? '' };
  const path = `/stations/${encodeURIComponent(station)}`;
  const to = (more: Record<string, string>): string =>
    `${pageHref(path, { ...query, station: undefined }, { ...own, ...more })}#history`;
  return {
    station,
    filter,
    parts: rest.parts,
    hasUndecided: rest.hasUndecided === true || filter.verdict === 'undecided',
    shots: page.inspections.map((inspection) =>
      shotView(inspection, rest, { size: 'card.webp', list: rest.list }),
    ),
    action: path,
    carried: Object.fromEntries(
      new URL(pageHref(path, { ...query, station: undefined }), 'http://x').searchParams,
    ),
    newerHref: page.newer === null ? null : to({ after: page.newer }),
    olderHref: page.older === null ? null : to({ before: page.older }),
    newestHref: page.newer === null ? null : to({}),
    csvHref: pageHref('/inspections/export.csv', { ...query, station }, { ...own, table: 'images' }),
  };
}

function csvHref(station: string, table: string, query: PageQuery): string {
  return pageHref('/inspections/export.csv', { ...query, station, kiosk: false }, { table });
}
