/**
 * Rows → what the pages of stations' names print.
 *
 * Templates and their data:
 *   stations/names   StationNamesPage   GET /plant/stations
 *   stations/name    StationNamePage    GET /plant/stations/:id
 */

import { ascending, descending, type SortableTable, type SortHead } from '../kernel/http/table-sort.ts';
import { stationHref } from '../plant/links.ts';
import type { StationRow } from '../plant/names.ts';
import type { StationFault } from '../plant/record-stations.ts';
import type { Workstation } from '../plant/resources/workstations.ts';
import { type JudgedStation, type StateView, stateView } from '../plant/station-state.ts';

/** What the form did; the key of a text. */
export const changes = ['rename', 'merge', 'separate', 'hide', 'show', 'place', 'events'] as const;
export type StationChange = (typeof changes)[number];

export type StationLine = {
  id: number;
  name: string;
  /** Its page among the inspections. */
  href: string;
  /** Where its name is changed. */
  nameHref: string;
  aliases: readonly string[];
  /** Its line; '' is none. */
  line: string;
  type: string;
  /** What events call it. */
  eventIds: string[];
  hiddenAt: number | null;
  /** Names of the stations that are shown as it. */
  merged: { id: number; name: string; nameHref: string }[];
  judged: StateView;
  lastSeenAt: number | null;
};

/** A workstation that only events know. */
export type WorkstationLine = {
  codes: string[];
  name: string;
  nameHref: string;
  activityHref: string;
  line: string;
  type: string;
};

export type StationNamesPage = {
  here: string;
  workstations: WorkstationLine[];
  /** Workstations that seem to be stations with images. */
  proposals: { code: string; name: string; mergeHref: string; station: string; stationId: number }[];
  hasLines: boolean;
  done: StationChange | null;
  heads: Record<string, SortHead>;
  shown: readonly StationLine[];
  hidden: readonly StationLine[];
  mayChange: boolean;
};

export type StationNamePage = {
  here: string;
  station: StationLine;
  /** Otherwise it is a workstation that only events know. */
  isInspected: boolean;
  lineId: number;
  lines: { id: number; name: string }[];
  /** Types that other stations have. */
  types: string[];
  /** What events call it; `separateHref` is null for a workstation's own. */
  eventIds: { code: string; activityHref: string; separateHref: string | null }[];
  /** Codes of workstations that are not linked yet. */
  freeCodes: string[];
  /** The station it is shown as; null when it is itself. */
  mergedInto: { name: string; nameHref: string } | null;
  /** Stations that it can be merged into. */
  targets: { id: number; name: string }[];
  mayChange: boolean;
  /** What was typed, where it was refused. */
  typed: { name?: string | undefined; type?: string | undefined; code?: string | undefined };
  fault: StationFault | null;
  done: StationChange | null;
};

/** The list in its two tables, sorted as one. */
export const stationTable: SortableTable<StationLine> = {
  name: 'stations',
  columns: {
    name: ascending(({ name }) => name),
    line: ascending(({ line }) => line || null),
    type: ascending(({ type }) => type || null),
    seen: descending(({ lastSeenAt }) => lastSeenAt),
  },
  usual: { column: 'name', isDescending: false },
};

/** One station of the list. */
export function stationLine(
  row: StationRow,
  {
    rows,
    workstations,
    lineName,
  }: {
    rows: readonly StationRow[];
    workstations: readonly Workstation[];
    lineName: (id: number) => string;
  },
  now: JudgedStation & { lastSeenAt: number | null },
): StationLine {
  return {
    id: row.id,
    name: row.name,
    href: stationHref(row.name),
    nameHref: nameHref(row.id),
    aliases: row.aliases.filter((alias) => alias !== row.name),
    line: lineName(row.lineId),
    type: row.type,
    eventIds: workstations.filter(({ shownAs }) => shownAs === row.id).map(({ code }) => code),
    hiddenAt: row.hiddenAt,
    merged: rows
      .filter(({ mergedInto }) => mergedInto === row.id)
      .map(({ id, name }) => ({ id, name, nameHref: nameHref(id) })),
    judged: stateView(now),
    lastSeenAt: now.lastSeenAt,
  };
}

/** Workstations that only events know, each with all its ids. */
export function workstationLines({
  workstations,
  lineName,
}: {
  workstations: readonly Workstation[];
  lineName: (id: number) => string;
}): WorkstationLine[] {
  const own = workstations.filter(({ stationId, shownAs }) => stationId === shownAs);
  return [...Map.groupBy(own, ({ stationId }) => stationId)].map(([stationId, rows]) => {
    const { code, name, lineId, type } = rows[0]!;
    return {
      codes: rows.map((row) => row.code),
      name,
      nameHref: nameHref(stationId),
      activityHref: `/productivity/stations/${encodeURIComponent(code)}`,
      line: lineName(lineId),
      type,
    };
  });
}

/** Where the name of a station is changed. */
export function nameHref(id: number): string {
  return `/plant/stations/${id}`;
}
