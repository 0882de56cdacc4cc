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

import {
  ascending,
  descending,
  type SortableTable,
  type SortHead,
  sortHeads,
  sortQuery,
  sortRows,
  type TableSort,
} from '../../kernel/http/table-sort.ts';
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

/** A row of a table that can be sorted by its figures. */
type FigureRow = { counts: VerdictCounts; yield: YieldView; href: string };

export type PartRow = FigureRow & { part: string; latestAt: number | null };

export type PartTableView = { rows: readonly PartRow[]; heads: Record<string, SortHead>; csvHref: string };

export type HourRow = FigureRow & {
  startAt: number;
  endAt: number;
  /** Offset ahead of UTC of an hour that occurs twice, because the clock is set back. */
  offset: string | undefined;
};

export type HourTableView = {
  /** Newest first, a day of them unless all are asked for; hours without inspections between two others have zero counts. */
  rows: readonly HourRow[];
  /** Whether they stand by day, which those sorted by a figure cannot. */
  isByDay: boolean;
  heads: Record<string, SortHead>;
  /** Hours that the table has room for, and the page with all of them; null when they are shown. */
  allHours: { count: number; href: string } | null;
  /** The page of the hours before those the table has room for; null when it has all. */
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
  /** All its images are the demo plant's. */
  isDemo: boolean;
  /** Its site, if there are several. */
  site: SiteTag | null;
  filters: FilterForm;
  /** Where its name is changed; null for a station of another site, whose names are changed there. */
  nameHref: string | null;
  /** Since when it is hidden from pages and walls; null while it is not. */
  hiddenAt: number | null;
  /** By the name of the panel, those of other features by their key. */
  live: PageFragments<StationPanel | string>;
  /** Keys of the panels of other features, and the style sheets that those need. */
  contributed: readonly string[];
  styles: readonly string[];
  history: HistoryView;
  here: string;
};

/** Panels of the page that are streamed fragments. */
export type StationPanel = 'summary' | 'alarms' | 'trend' | 'parts' | 'hours' | 'gaps';

/** Rows of COUNT gaps on a page; the page before it has the older ones, and the CSV has all. */
export const maxGapRows = 50;

/** Rows of the table of hours before all are asked for: the last 24 hours, which begin and end within one. */
const firstHours = 25;

/** The columns of figures, the same in both tables. */
const figureColumns = {
  yield: ascending((row: FigureRow) => row.yield.rate),
  ok: descending((row: FigureRow) => row.counts.ok),
  ng: descending((row: FigureRow) => row.counts.ng),
  unmatched: descending((row: FigureRow) => row.counts.unmatched),
  undecided: descending((row: FigureRow) => row.counts.undecided),
};

const partTable: SortableTable<PartRow> = {
  name: 'parts',
  columns: { name: ascending(({ part }) => part), ...figureColumns },
  usual: { column: 'yield', isDescending: false },
};

const hourTable: SortableTable<HourRow> = {
  name: 'hours',
  columns: { hour: descending(({ startAt }) => startAt), ...figureColumns },
  usual: { column: 'hour', isDescending: true },
};

/** The tables of the page that can be sorted. */
export const stationTables = [partTable, hourTable];

/** How the tables of a station's page are shown, as its address says. */
export type AskedTables = { query: PageQuery; sort: TableSort | null; areAllHours: boolean };

/** What the address of the page says of its tables; empty values are left out there. */
export function tableQuery({ sort, areAllHours }: Omit<AskedTables, 'query'>): Record<string, string> {
  return { hours: areAllHours ? 'all' : '', ...sortQuery(sort) };
}

/** The address of the page with its tables shown in another way, at the panel that changes. */
function tablesHref(station: string, asked: AskedTables, more: Record<string, string>, panel: StationPanel) {
  return `${stationHref(station, asked.query, { ...tableQuery(asked), ...more })}#station-${panel}`;
}

/** The table of parts, worst yield first unless another order is asked for. */
export function partTableView(
  station: string,
  parts: { part: string; counts: VerdictCounts; latestAt: number | null }[],
  asked: AskedTables,
): PartTableView {
  const { query, sort } = asked;
  const rows = parts.map((row) => ({
    ...row,
    yield: yieldView(row.counts),
    href: stationHref(station, { ...query, part: row.part }),
  }));
  rows.sort((a, b) => compareYields(a.yield.rate, b.yield.rate) || a.part.localeCompare(b.part));
  return {
    rows: sortRows(rows, partTable, sort),
    heads: sortHeads(partTable, sort, (more) => tablesHref(station, asked, more, 'parts')),
    csvHref: csvHref(station, 'parts', query),
  };
}

/** The table of hours, newest first unless another order is asked for; each links to its own page, and the table to the `older` ones that it has no room for. */
export function hourTableView(
  station: string,
  hours: readonly LocalHour[],
  asked: AskedTables & {
    wallClock: Pick<WallClock, 'fieldText' | 'offsetText'>;
    older: TimeWindow | null;
  },
): HourTableView {
  const { query, wallClock, older, sort } = asked;
  const newestFirst = hours
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
  const sorted = sortRows(newestFirst, hourTable, sort);
  const rows = asked.areAllHours ? sorted : sorted.slice(0, firstHours);
  const olderHref =
    older &&
    stationHref(station, {
      ...query,
      period: 'custom',
      start: linkTime(older.startAt, wallClock),
      end: linkTime(older.endAt, wallClock),
    });
  const allHours =
    hours.length > rows.length
      ? {
          count: hours.length,
          href: tablesHref(station, asked, { hours: 'all' }, 'hours'),
        }
      : null;
  return {
    rows,
    isByDay: sort?.table !== hourTable.name || sort.column === 'hour',
    heads: sortHeads(hourTable, sort, (more) => tablesHref(station, asked, more, 'hours')),
    allHours,
    olderHref,
    csvHref: csvHref(station, 'hours', query),
  };
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
  rest: {
    parts: string[];
    hasUndecided?: boolean;
    list?: ImageListQuery;
    /** How the tables of the page are shown, as `tableQuery` writes it. */
    tables?: Record<string, string>;
  } & Unshowable,
): HistoryView {
  const tables = rest.tables ?? {};
  const own: Record<string, string> = { verdict: filter.verdict ?? '' };
  const path = `/stations/${encodeURIComponent(station)}`;
  const to = (more: Record<string, string>): string =>
    `${pageHref(path, { ...query, station: undefined }, { ...tables, ...own, ...more })}#history`;
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
      new URL(pageHref(path, { ...query, station: undefined }, tables), 'http://x').searchParams,
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
