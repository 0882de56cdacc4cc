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
import { type JudgedStation, type StateView, stateView } from '../plant/station-state.ts';

/** What the form did; the key of a text. */
export const changes = ['rename', 'merge', 'separate', 'hide', 'show'] as const;
export type StationChange = (typeof changes)[number];

export type StationLine = {
  id: number;
  name: string;
  /** Its page among the inspections. */
  href: string;
  /** Where its name is changed. */
  nameHref: string;
  aliases: readonly string[];
  hiddenAt: number | null;
  /** Names of the stations that are shown as it. */
  merged: { id: number; name: string; nameHref: string }[];
  judged: StateView;
  lastSeenAt: number | null;
};

export type StationNamesPage = {
  here: string;
  heads: Record<string, SortHead>;
  shown: readonly StationLine[];
  hidden: readonly StationLine[];
  mayChange: boolean;
};

export type StationNamePage = {
  here: string;
  station: StationLine;
  /** The station it is shown as; null when it is itself. */
  mergedInto: { name: string; nameHref: string } | null;
  /** Stations that it can be merged into. */
  targets: { id: number; name: string }[];
  mayChange: boolean;
  /** The refused name. */
  typed: string | null;
  fault: StationFault | null;
  done: StationChange | null;
};

/** The list in its two tables, sorted as one. */
export const stationTable: SortableTable<StationLine> = {
  name: 'stations',
  columns: { name: ascending(({ name }) => name), seen: descending(({ lastSeenAt }) => lastSeenAt) },
  usual: { column: 'name', isDescending: false },
};

/** One station of the list. */
export function stationLine(
  row: StationRow,
  rows: readonly StationRow[],
  now: JudgedStation & { lastSeenAt: number | null },
): StationLine {
  return {
    id: row.id,
    name: row.name,
    href: stationHref(row.name),
    nameHref: nameHref(row.id),
    aliases: row.aliases.filter((alias) => alias !== row.name),
    hiddenAt: row.hiddenAt,
    merged: rows
      .filter(({ mergedInto }) => mergedInto === row.id)
      .map(({ id, name }) => ({ id, name, nameHref: nameHref(id) })),
    judged: stateView(now),
    lastSeenAt: now.lastSeenAt,
  };
}

/** Where the name of a station is changed. */
export function nameHref(id: number): string {
  return `/plant/stations/${id}`;
}
