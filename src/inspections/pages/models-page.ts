import type { ChartView } from '../../kernel/charts/chart-view.ts';
import { lineTrend } from '../../kernel/charts/line-trend.ts';
import { AppError } from '../../kernel/errors.ts';
import {
  ascending,
  descending,
  readSort,
  type SortableTable,
  type SortHead,
  sortHeads,
  sortQuery,
  sortRows,
} from '../../kernel/http/table-sort.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import { pageHref, stationHref } from '../../plant/links.ts';
import { type AskedView, type FilterForm, filterForm } from '../../plant/page-filters.ts';
import { areCutAtHours, fillBuckets, type TimeWindow } from '../../plant/time-window.ts';
import {
  compareYields,
  countsOf,
  sumCounts,
  unitCounts,
  type VerdictCounts,
  yieldRate,
} from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';
import type { PartCounts } from '../queries/count-queries.ts';
import { endsOf, shareLabel } from '../stations/draw-yield-trend.ts';
import { type YieldView, yieldView } from './cards-views.ts';

/** Lines that can be told apart in one chart. */
const maxLines = 6;
/** Lines drawn before anything is chosen: those of most inspections. */
const firstLines = 5;
/** Rows of each table; of more, those with the worst yield. */
const maxRows = 200;

/** A model over all its stations, or a station over all its models. */
export type CompareRow = {
  name: string;
  /** Value of the check box `line`. */
  line: string;
  /** Which line of the chart it is; null for none. */
  series: number | null;
  counts: VerdictCounts;
  yield: YieldView;
  /** Stations that inspected the model, or models of the station: by name, worst yield first. */
  at: { name: string; href: string; yield: YieldView }[];
  moreCount: number;
  href: string;
};

export type CompareTable = { rows: readonly CompareRow[]; heads: Record<string, SortHead> };

export type ModelsPage = {
  filters: FilterForm;
  window: TimeWindow;
  /** Null without inspections in the window. */
  chart: ChartView | null;
  bucketMs: number;
  models: CompareTable;
  stations: CompareTable;
  hiddenCount: number;
  /** The query of the page without its lines, as hidden fields of the form that chooses them. */
  carried: Record<string, string>;
  csvHref: string;
  here: string;
};

const columns = {
  name: ascending(({ name }: CompareRow) => name),
  yield: ascending((row: CompareRow) => row.yield.rate),
  ok: descending(({ counts }: CompareRow) => counts.ok),
  ng: descending(({ counts }: CompareRow) => counts.ng),
};
const usual = { column: 'yield', isDescending: false };
const modelTable: SortableTable<CompareRow> = { name: 'models', columns, usual };
const stationTable: SortableTable<CompareRow> = { name: 'stations', columns, usual };

type Line = { kind: 'model' | 'station'; id: number; name: string };

/** Names beside a row; of more, the number. */
const maxNamesBeside = 4;

/** Product models over all stations, and both as lines over the chosen time: `line` in the address names the chosen ones. */
export async function readModelsPage(
  deps: InspectionDeps,
  asked: AskedView,
  search: URLSearchParams,
): Promise<ModelsPage> {
  const lines = search.getAll('line');
  const sort = readSort(search, [modelTable, stationTable]);
  const tableOf = (table: SortableTable<CompareRow>, rows: readonly CompareRow[]): CompareTable => ({
    rows: sortRows(byYield(rows).slice(0, maxRows), table, sort),
    heads: sortHeads(
      table,
      sort,
      (more) => `${withLines(pageHref('/models', asked.query, more), lines)}#${table.name}-title`,
    ),
  });
  const { counts, names } = deps.reads;
  const rows = asked.isUnknown ? [] : await counts.countByPart(asked.window, asked.filter);
  const models = groupRows(rows, ({ partId }) => partId);
  const stations = groupRows(rows, ({ stationId }) => names.shownAs(stationId));
  const chosen =
    lines.length > 0 ? lines.slice(0, maxLines).map((line) => parseLine(deps, asked, line)) : null;
  const drawn =
    chosen ??
    [...models]
      .sort(([, a], [, b]) => judged(b) - judged(a))
      .slice(0, firstLines)
      .map(([id]): Line => ({ kind: 'model', id, name: names.partName(id) }));
  const seriesOf = (kind: Line['kind'], id: number) => {
    const index = drawn.findIndex((line) => line.kind === kind && line.id === id);
    return index < 0 ? null : index;
  };
  const query = { ...asked.query, station: undefined, part: undefined };
  const modelRows = [...models].map(([id, of]): CompareRow => {
    const name = names.partName(id);
    const at = byYield(
      of.map((row) => {
        const station = names.stationName(row.stationId);
        const href = stationHref(station, { ...asked.query, station: undefined, part: name });
        return { name: station, href, yield: yieldView(row) };
      }),
    );
    return {
      name,
      line: lineOf({ kind: 'model', id, name }),
      series: seriesOf('model', id),
      ...figuresOf(of),
      at: at.slice(0, maxNamesBeside),
      moreCount: Math.max(0, at.length - maxNamesBeside),
      href: pageHref('/inspections', { ...query, part: name }),
    };
  });
  const stationRows = [...stations].map(([id, of]): CompareRow => {
    const name = names.stationName(id);
    const at = byYield(
      of.map((row) => {
        const part = names.partName(row.partId);
        const href = stationHref(name, { ...asked.query, station: undefined, part });
        return { name: part, href, yield: yieldView(row) };
      }),
    );
    return {
      name,
      line: lineOf({ kind: 'station', id, name }),
      series: seriesOf('station', id),
      ...figuresOf(of),
      at: at.slice(0, maxNamesBeside),
      moreCount: Math.max(0, at.length - maxNamesBeside),
      href: stationHref(name, { ...asked.query, station: undefined }),
    };
  });
  return {
    filters: filterForm(deps.reads, asked, { action: '/models', carried: sortQuery(sort) }),
    window: asked.window,
    chart: drawn.length === 0 || asked.isUnknown ? null : await readLines(deps, asked, drawn),
    bucketMs: asked.bucketMs,
    models: tableOf(modelTable, modelRows),
    stations: tableOf(stationTable, stationRows),
    hiddenCount: Math.max(0, modelRows.length - maxRows) + Math.max(0, stationRows.length - maxRows),
    carried: Object.fromEntries(
      new URL(pageHref('/models', asked.query, sortQuery(sort)), 'http://x').searchParams,
    ),
    csvHref: pageHref('/inspections/export.csv', { ...asked.query, kiosk: false }, { table: 'parts' }),
    here: withLines(pageHref('/models', asked.query, sortQuery(sort)), lines),
  };
}

function groupRows(
  rows: readonly PartCounts[],
  keyOf: (row: PartCounts) => number,
): Map<number, PartCounts[]> {
  return Map.groupBy(rows, keyOf);
}

function judged(rows: readonly PartCounts[]): number {
  const { ok, ng } = unitCounts(sumCounts(rows));
  return ok + ng;
}

function figuresOf(rows: readonly PartCounts[]): { counts: VerdictCounts; yield: YieldView } {
  const counts = sumCounts(rows.map(countsOf));
  return { counts, yield: yieldView(counts) };
}

function byYield<Row extends { name: string; yield: YieldView }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => compareYields(a.yield.rate, b.yield.rate) || a.name.localeCompare(b.name));
}

/** The address with the lines that were chosen. */
function withLines(href: string, lines: readonly string[]): string {
  const chosen = new URLSearchParams(lines.map((line): [string, string] => ['line', line]));
  return chosen.size === 0 ? href : `${href}${href.includes('?') ? '&' : '?'}${chosen}`;
}

/** `model:OR-3CT`, `station:S9`: a line in an address. */
function lineOf({ kind, name }: Line): string {
  return `${kind}:${name}`;
}

function parseLine(deps: InspectionDeps, asked: AskedView, text: string): Line {
  const [kind = '', ...rest] = text.split(':');
  const name = rest.join(':');
  const { names, sites } = deps.reads;
  const siteId = asked.filter.siteId ?? sites.own.id;
  const id =
    kind === 'model'
      ? names.findPartId(name)
      : kind === 'station'
        ? names.findStationId(name, siteId)
        : undefined;
  if (id === undefined) {
    throw new AppError(
      'invalid',
      `There is no line "${text.slice(0, 100)}": name a model:… or a station:….`,
      {
        details: { field: 'line' },
      },
    );
  }
  return { kind: kind as Line['kind'], id, name };
}

/** One yield line for each, over the buckets of the page. */
async function readLines(deps: InspectionDeps, asked: AskedView, lines: readonly Line[]): Promise<ChartView> {
  const { window, buckets, wallClock } = asked;
  const filled = await mapFairly(lines, async ({ kind, id }) => {
    const filter =
      kind === 'model'
        ? { ...asked.filter, partId: id }
        : { ...asked.filter, siteId: undefined, stationId: id };
    return fillBuckets(buckets, await deps.reads.counts.countByTime(window, filter, areCutAtHours(buckets)));
  });
  const series = filled.map((row) =>
    row.map((bucket, i) => ({
      ...buckets[i]!,
      value: yieldRate(unitCounts(bucket)),
      lower: null,
      upper: null,
    })),
  );
  return {
    key: 'lines',
    window,
    events: [],
    columns: lines.flatMap(({ name }) => [
      { text: { name }, kind: 'share' as const },
      { text: { key: 'chart.inspected' }, kind: 'count' as const },
    ]),
    rows: buckets.flatMap((bucket, i) => {
      const units = filled.map((row) => unitCounts(row[i]!));
      if (units.every(({ ok, ng }) => ok + ng === 0)) return [];
      return [
        {
          ...endsOf(bucket, wallClock),
          values: units.flatMap((of) => [yieldRate(of), of.ok + of.ng]),
        },
      ];
    }),
    draw: (names) =>
      lineTrend({
        points: series[0] ?? [],
        series: series.slice(1),
        window,
        wallClock,
        names,
        label: shareLabel,
        bounds: { min: 0, max: 1 },
      }),
  };
}
