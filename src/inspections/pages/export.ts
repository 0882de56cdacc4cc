import type { Keyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { csvResponse } from '../../kernel/http/csv.ts';
import type { AppContext } from '../../kernel/http/env.ts';
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

type Table = { name: string; columns: string[]; rows: AsyncIterable<unknown[]> | Iterable<unknown[]> };

/** `GET /inspections/export.csv?table=stations|parts|hours|gaps|images`: a table of a page as CSV, with the site if there are several. */
export async function sendExport(c: AppContext, deps: InspectionDeps): Promise<Response> {
  const search = new URL(c.req.url).searchParams;
  const asked = readAskedView(search, deps.reads);
  const table = await readTable(deps, asked, search);
  return csvResponse(c, {
    fileName: `linesight-${table.name}.csv`,
    columns: table.columns,
    rows: table.rows,
  });
}

async function readTable(deps: InspectionDeps, asked: AskedView, search: URLSearchParams): Promise<Table> {
  const name = search.get('table') ?? 'stations';
  const iso = (at: number | null) => (at === null ? '' : asked.wallClock.format(at, 'iso'));
  const isSeveral = deps.reads.sites.isSeveral();
  const stationColumns = isSeveral ? ['site', 'station'] : ['station'];
  const stationOf = (row: { site: SiteTag | null; station: string }) =>
    isSeveral ? [row.site?.name ?? '', row.station] : [row.station];
  const counts = ['ok', 'ng', 'unmatched', 'yield'];
  const countsOf = (row: VerdictCounts) => [row.ok, row.ng, row.unmatched, yieldRate(unitCounts(row))];
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
        columns: [...stationColumns, ...counts, 'latest', ...furtherCounts],
        rows: rows.map((row) => [
          ...stationOf(row),
          ...countsOf(row.counts),
          iso(row.latestAt),
          ...furtherOf(row.counts),
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
        iso(row.startAt),
        ...countsOf(row),
        ...furtherOf(row),
      ];
      return {
        name,
        columns: [...stationColumns, 'hour', ...counts, ...furtherCounts],
        rows: mapRows(rows, lineOf),
      };
    }
    case 'gaps': {
      return {
        name,
        columns: [...stationColumns, 'model', 'kind', 'from', 'to', 'count', 'after', 'before'],
        rows: mapRows(walkGaps(deps, asked), (gap) => [
          ...stationOf(gap),
          gap.part,
          gap.kind,
          gap.fromSequence,
          gap.toSequence,
          gap.count,
          iso(gap.fromAt),
          iso(gap.toAt),
        ]),
      };
    }
    case 'images':
      return {
        name,
        columns: ['id', ...stationColumns, 'model', 'time', 'verdict', 'count', 'path', 'missing_since'],
        rows: imageRows(deps, asked, parseVerdict(search), iso),
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
  iso: (at: number | null) => string,
): AsyncGenerator<unknown[]> {
  if (asked.isUnknown) return;
  const isSeveral = deps.reads.sites.isSeveral();
  const filter: ListFilter = { ...asked.filter, window: asked.window, ...(verdict ? { verdict } : {}) };
  let from: Keyset | undefined;
  for (let sent = 0; sent < maxExportedRows; sent += rowsPerRead) {
    const page: InspectionRef[] = await deps.reads.inspections.list(filter, {
      limit: rowsPerRead,
      ...(from ? { from } : {}),
    });
    for (const row of page) {
      const { id, site, station, part, capturedAt, sequence, path, missingAt } = row;
      yield [
        id,
        ...(isSeveral ? [site] : []),
        station,
        part,
        iso(capturedAt),
        row.verdict ?? '',
        sequence ?? '',
        path,
        iso(missingAt),
      ];
    }
    from = page.at(-1);
    if (page.length < rowsPerRead) return;
  }
}
