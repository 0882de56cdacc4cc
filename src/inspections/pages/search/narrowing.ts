import type { WallClock } from '../../../kernel/time/time-zone.ts';
import { folded, maxPlaces } from '../../../plant/contributions/search-source.ts';
import { linkTime, pageHref, siteParam, stationHref } from '../../../plant/links.ts';
import type { PartName } from '../../../plant/names.ts';
import { readCount, readMoment, splitOff } from '../../../plant/search-text.ts';
import type { TimeWindow } from '../../../plant/time-window.ts';
import type { InspectionReads } from '../../reads.ts';

/** The places that the words name, and the words beside them. */
export type Narrowed = {
  stationIds: readonly number[];
  part: PartName | undefined;
  rest: readonly string[];
};

/** Reads which places of the plant a search names. */
export type Narrowing = {
  narrow(words: readonly string[]): Narrowed;
  /** The moment that the words beside the places mean, by the clock of their site. */
  momentOf(narrowed: Narrowed): TimeWindow | undefined;
  /** The page of a moment: that of the station, where it is one. */
  hrefOfMoment(narrowed: Narrowed, window: TimeWindow): string;
  /** The names of the places. */
  placesOf(narrowed: Narrowed): string[];
};

/** Whether a search names a place. */
export function isNarrowed({ stationIds, part }: Narrowed): boolean {
  return stationIds.length > 0 || part !== undefined;
}

export function createNarrowing({ names, sites, clock }: InspectionReads): Narrowing {
  /** Ids of stations by every name that means them, a hidden one too: its name was typed in full. */
  function stationsByName(): Map<string, Set<number>> {
    const ids = new Map<string, Set<number>>();
    for (const { id, name, aliases } of names.listStationRows())
      for (const one of [name, ...aliases])
        ids.set(folded(one), (ids.get(folded(one)) ?? new Set()).add(names.shownAs(id)));
    return ids;
  }

  function clockOf([id]: readonly number[]): WallClock {
    return id === undefined ? sites.wallClock : sites.wallClockOf(names.siteIdOf(id));
  }

  const momentOf: Narrowing['momentOf'] = ({ rest, stationIds }) =>
    readMoment(rest, clock.now(), clockOf(stationIds));

  return {
    narrow(words) {
      const byName = stationsByName();
      const station = splitOff(words, (text) => [...(byName.get(folded(text)) ?? [])]);
      const parts = Map.groupBy(names.listParts(), ({ name }) => folded(name));
      const part = splitOff(station.rest, (text) => parts.get(folded(text)) ?? []);
      const narrowed = { stationIds: station.found, part: part.found[0], rest: part.rest };
      if (station.found.length > 0 || part.rest.length < 2) return narrowed;
      const begun = splitOff(part.rest, (text) =>
        names.listStations().filter(({ name }) => folded(name).startsWith(folded(text))),
      );
      const stationIds = begun.found.map(({ id }) => id);
      const halfNamed = { ...narrowed, stationIds, rest: begun.rest };
      // Half a name counts only beside something that is no name.
      const isAsked = readCount(begun.rest) !== undefined || momentOf(halfNamed) !== undefined;
      return isAsked && stationIds.length <= maxPlaces ? halfNamed : narrowed;
    },

    momentOf,

    hrefOfMoment({ stationIds, part }, { startAt, endAt }) {
      const wallClock = clockOf(stationIds);
      const query = {
        part: part?.name,
        period: 'custom' as const,
        start: linkTime(startAt, wallClock),
        end: linkTime(endAt, wallClock),
      };
      const [id, ...more] = stationIds;
      if (id === undefined || more.length > 0) return pageHref('/inspections', query);
      const site = siteParam(sites.tagOf(names.siteIdOf(id)));
      return stationHref(names.stationName(id), { ...query, site });
    },

    placesOf: ({ stationIds, part }) => [
      ...new Set(stationIds.map(names.stationName)),
      ...(part ? [part.name] : []),
    ],
  };
}
