import type { Keyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { csvResponse } from '../../kernel/http/csv.ts';
import type { AppContext } from '../../kernel/http/env.ts';
import { isSecure } from '../../kernel/http/guards/origin.ts';
import { type AskedView, parseVerdict, readAskedView } from '../../plant/page-filters.ts';
import type { SiteTag } from '../../plant/sites.ts';
import { unitCounts, type VerdictCounts, yieldRate } from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';
import { type FoundGap, placeOfGap } from '../gaps/gap-queries.ts';
import type { InspectionRef } from '../model.ts';
import type { ListFilter } from '../queries/inspection-queries.ts';
import { readSummaries } from './page-reads.ts';
import { readParts, type StationHour, walkStationHours } from './station-tables.ts';

/** Most images in one export, as many as a spreadsheet opens; request more in smaller windows. */
const maxExportedRows = 1_000_000;
const rowsPerRead = 500;

/** Characters that a file system or a shell takes for its own. */
const unsafeInNames = /[^\p{L}\p{N}._-]+/gu;

type Table = { name: string; columns: string[]; rows: AsyncIterable<unknown[]> | Iterable<unknown[]> };

/**
 * `GET /inspections/export.csv?table=stations|parts|hours|gaps|images`: a table of a page as CSV, with the site if there are
 * several. Times are local ones as a spreadsheet reads them, `YYYY-MM-DD HH:MM:SS`; the offset from UTC of the row's first
 * time is its column `utc_offset`. Yields are 0..1 with four digits. The name of the file says station and window.
 */
export async function sendExport(c: AppContext, deps: InspectionDeps): Promise<Response> {
  const search = new URL(c.req.url).searchParams;
  const asked = readAskedView(search, deps.reads);
  const origin = `${isSecure(c) ? 'https' : 'http'}://${new URL(c.req.url).host}`;
  const table = await readTable(deps, asked, search, (id) => `${origin}/inspections/${id}`);
  return csvResponse(c, {
    fileName: fileNameOf(table.name, asked),
    columns: table.columns,
    rows: table.rows,
  });
}

/** Such as `linesight-hours-S9-20250906-0900-20250906-1000.csv`. */
function fileNameOf(table: string, { query, window, wallClock }: AskedView): string {
  const stamp = (at: number) => wallClock.format(at, 'minute').replaceAll(/[-:]/g, '').replace('T', '-');
  const of = [query.site, query.station, query.part].flatMap(
    (name) => name?.replaceAll(unsafeInNames, '_') ?? [],
  );
  return ['linesight', table, ...of, stamp(window.startAt), stamp(window.endAt)].join('-').concat('.csv');
}

async function readTable(
  deps: InspectionDeps,
  asked: AskedView,
  search: URLSearchParams,
  imageHref: (id: number) => string,
): Promise<Table> {
  const name = search.get('table') ?? 'stations';
  const time = (at: number | null) =>
    at === null ? '' : asked.wallClock.format(at, 'second').replace('T', ' ');
  const offset = (at: number | null) =>
    at === null ? '' : `UTC${asked.wallClock.format(at, 'iso').slice(-6)}`;
  const isSeveral = deps.reads.sites.isSeveral();
  const stationColumns = isSeveral ? ['site', 'station'] : ['station'];
  const stationOf = (row: { site: SiteTag | null; station: string }) =>
    isSeveral ? [row.site?.name ?? '', row.station] : [row.station];
  const counts = ['ok', 'ng', 'unmatched', 'yield'];
  const countsOf = (row: VerdictCounts) => [
    row.ok,
    row.ng,
    row.unmatched,
    fourDigits(yieldRate(unitCounts(row))),
  ];
  // Behind all others, so that what reads the columns by their position goes on.
  const furtherCounts = ['undecided', 'units', 'units_ng'];
  const furtherOf = (row: VerdictCounts) => {
    const units = unitCounts(row);
    return [row.undecided, units.ok + units.ng, units.ng];
  };
  switch (name) {
    case 'stations': {
      const rows = await readSummaries(deps, asked);
      return {
        name,
        columns: [...stationColumns, ...counts, 'latest', ...furtherCounts, 'utc_offset'],
        rows: rows.map((row) => [
          ...stationOf(row),
          ...countsOf(row.counts),
          time(row.latestAt),
          ...furtherOf(row.counts),
          offset(row.latestAt),
        ]),
      };
    }
    case 'parts': {
      const rows = await readParts(deps, asked);
      return {
        name,
        columns: [...stationColumns, 'model', ...counts, ...furtherCounts],
        rows: rows.map((row) => [
          ...stationOf(row),
          row.part,
          ...countsOf(row.counts),
          ...furtherOf(row.counts),
        ]),
      };
    }
    case 'hours': {
      const rows = walkStationHours(deps, asked);
      const lineOf = (row: StationHour) => [
        ...stationOf(row),
        time(row.startAt),
        ...countsOf(row),
        ...furtherOf(row),
        offset(row.startAt),
      ];
      return {
        name,
        columns: [...stationColumns, 'hour', ...counts, ...furtherCounts, 'utc_offset'],
        rows: mapRows(rows, lineOf),
      };
    }
    case 'gaps': {
      return {
        name,
        columns: [...stationColumns, 'model', 'kind', 'from', 'to', 'count', 'after', 'before', 'utc_offset'],
        rows: mapRows(walkGaps(deps, asked), (gap) => [
          ...stationOf(gap),
          gap.part,
          gap.kind,
          gap.fromSequence,
          gap.toSequence,
          gap.count,
          time(gap.fromAt),
          time(gap.toAt),
          offset(gap.fromAt),
        ]),
      };
    }
    case 'images':
      return {
        name,
        columns: [
          'id',
          ...stationColumns,
          'model',
          'time',
          'verdict',
          'count',
          'path',
          'missing_since',
          'utc_offset',
          'link',
        ],
        rows: mapRows(imageRows(deps, asked, parseVerdict(search)), (row) => [
          row.id,
          ...(isSeveral ? [row.site] : []),
          row.station,
          row.part,
          time(row.capturedAt),
          row.verdict ?? '',
          row.sequence ?? '',
          row.path,
          time(row.missingAt),
          offset(row.capturedAt),
          imageHref(row.id),
        ]),
      };
    default:
      throw new AppError(
        'invalid',
        `There is no table "${name}". Take stations, parts, hours, gaps or images.`,
        {
          details: { field: 'table' },
        },
      );
  }
}

function fourDigits(rate: number | null): number | null {
  return rate === null ? null : Math.round(rate * 10_000) / 10_000;
}

async function* mapRows<T>(rows: AsyncIterable<T>, lineOf: (row: T) => unknown[]): AsyncGenerator<unknown[]> {
  for await (const row of rows) yield lineOf(row);
}

async function* walkGaps(deps: InspectionDeps, asked: AskedView): AsyncGenerator<FoundGap> {
  let from: Keyset | undefined;
  for (let sent = 0; sent < maxExportedRows && !asked.isUnknown; sent += rowsPerRead) {
    const page = await deps.reads.gaps.list(asked.window, asked.filter, {
      limit: rowsPerRead,
      ...(from ? { from } : {}),
    });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < rowsPerRead) return;
    from = placeOfGap(last);
  }
}

async function* imageRows(
  deps: InspectionDeps,
  asked: AskedView,
  verdict: ListFilter['verdict'] | null,
): AsyncGenerator<InspectionRef> {
  if (asked.isUnknown) return;
  const filter: ListFilter = { ...asked.filter, window: asked.window, ...(verdict ? { verdict } : {}) };
  let from: Keyset | undefined;
  for (let sent = 0; sent < maxExportedRows; sent += rowsPerRead) {
    const page: InspectionRef[] = await deps.reads.inspections.list(filter, {
      limit: rowsPerRead,
      ...(from ? { from } : {}),
    });
    yield* page;
    from = page.at(-1);
    if (page.length < rowsPerRead) return;
  }
}
