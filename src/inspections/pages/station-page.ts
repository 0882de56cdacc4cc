import { parseKeyset, writeKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { readSort } from '../../kernel/http/table-sort.ts';
import { atFixedTimes, type PageQuery, stationHref } from '../../plant/links.ts';
import { type AskedView, parseVerdict, readAskedView } from '../../plant/page-filters.ts';
import type { InspectionDeps } from '../deps.ts';
import type { ListFilter } from '../queries/inspection-queries.ts';
import { type StationCard, stationCard } from './cards-views.ts';
import { readSummaries, viewContext } from './page-reads.ts';
import { readSilence, type SilenceView } from './sources/station-silence.ts';
import { readParts, readStationHours } from './station-tables.ts';
import {
  type AskedTables,
  type GapsView,
  gapsView,
  type HistoryView,
  type HourTableView,
  historyView,
  hourTableView,
  maxGapRows,
  type PartTableView,
  partTableView,
  stationTables,
  tableQuery,
} from './station-views.ts';

const imagesPerPage = 60;

/** The filters of a station's page; throws `not_found` for a station that never had an image. */
export function readAskedStation(deps: InspectionDeps, search: URLSearchParams): AskedStation {
  const asked = readAskedView(search, deps.reads);
  const station = asked.query.station ?? '';
  const { stationId } = asked.filter;
  if (stationId === undefined) {
    throw new AppError('not_found', `There is no station "${station.slice(0, 100)}".`, {
      details: { field: 'station' },
    });
  }
  return {
    ...asked,
    station,
    stationId,
    areAllHours: parseHours(search),
    sort: readSort(search, stationTables),
  };
}

/** Whether the table of hours has all of them: `hours=all`; throws `invalid` for any other word. */
function parseHours(search: URLSearchParams): boolean {
  const text = search.get('hours') ?? '';
  if (text === '' || text === 'all') return text === 'all';
  throw new AppError('invalid', `hours is "${text.slice(0, 40)}"; it is "all" or left out.`, {
    details: { field: 'hours' },
  });
}

/** The id of no part. */
const noPartId = 0;

export type AskedStation = AskedView & AskedTables & { station: string; stationId: number };

/** The head of the page: a card, and what helps where the station is silent. */
export type StationSummaryView = StationCard & { silence: SilenceView | null };

export async function readStationSummary(
  deps: InspectionDeps,
  asked: AskedStation,
): Promise<StationSummaryView> {
  // A model that nobody knows was never made at this station.
  const filter = asked.isUnknown ? { ...asked.filter, partId: noPartId } : asked.filter;
  const [summary] = await readSummaries(deps, { ...asked, filter, isUnknown: false });
  if (summary === undefined) throw new Error(`No summary of the station ${asked.station}`);
  const hrefOf = (query: PageQuery) => stationHref(asked.station, query, tableQuery(asked));
  const card = stationCard(summary, await viewContext(deps, asked, [summary], hrefOf));
  return { ...card, silence: await readSilence(deps, asked.stationId, card.judged) };
}

export async function readStationParts(deps: InspectionDeps, asked: AskedStation): Promise<PartTableView> {
  return partTableView(asked.station, await readParts(deps, asked), asked);
}

export async function readStationHourTable(
  deps: InspectionDeps,
  asked: AskedStation,
): Promise<HourTableView> {
  const { hours, olderUntil } = await readStationHours(deps, asked);
  const older = olderUntil === null ? null : { startAt: asked.window.startAt, endAt: olderUntil };
  return hourTableView(asked.station, hours, { ...asked, older });
}

export async function readStationGaps(deps: InspectionDeps, asked: AskedStation): Promise<GapsView> {
  const { gaps } = deps.reads;
  const { window, filter } = asked;
  const found = asked.isUnknown ? [] : await gaps.list(window, filter, { limit: maxGapRows + 1 });
  const checkedCount = asked.isUnknown ? 0 : await gaps.countChecked(window, filter);
  return gapsView(asked.station, found, { ...asked, checkedCount });
}

/** One page of the station's images; `verdict`, `before` and `after` come from the URL. */
export async function readHistory(
  deps: InspectionDeps,
  asked: AskedStation,
  search: URLSearchParams,
): Promise<HistoryView> {
  const verdict = parseVerdict(search);
  const before = parseKeyset(search.get('before'), 'before');
  const after = parseKeyset(search.get('after'), 'after');
  const filter: ListFilter = { ...asked.filter, window: asked.window, ...(verdict ? { verdict } : {}) };
  const from = after ?? before;
  const direction = after ? 'newer' : 'older';
  const found = asked.isUnknown
    ? []
    : await deps.reads.inspections.list(filter, {
        limit: imagesPerPage + 1,
        direction,
        ...(from ? { from } : {}),
      });
  const isMore = found.length > imagesPerPage;
  const inspections = found.slice(0, imagesPerPage);
  if (after) inspections.reverse();
  const [first, last] = [inspections[0], inspections.at(-1)];
  const hasNewer = after ? isMore : before !== undefined;
  const hasOlder = after ? true : isMore;
  return historyView(
    asked.station,
    {
      inspections,
      newer: hasNewer && first ? writeKeyset(first) : null,
      older: hasOlder && last ? writeKeyset(last) : null,
    },
    asked.query,
    { verdict, part: asked.query.part ?? null },
    {
      parts: deps.reads.names.listParts().map(({ name }) => name),
      hasUndecided: await hasUndecided(deps, asked),
      unreadable: await deps.reads.inspections.listBadReasons(inspections.map(({ id }) => id)),
      elsewhere: await deps.locations.listElsewhere(inspections.map(({ rootId }) => rootId)),
      tables: tableQuery(asked),
      list: {
        ...atFixedTimes(asked.query, asked.window, asked.wallClock),
        verdict: verdict ?? undefined,
      },
    },
  );
}

async function hasUndecided(deps: InspectionDeps, asked: AskedStation): Promise<boolean> {
  if (asked.isUnknown) return false;
  const filter: ListFilter = { ...asked.filter, window: asked.window, verdict: 'undecided' };
  return (await deps.reads.inspections.list(filter, { limit: 1 })).length > 0;
}
