import { stationOf } from '../camera-links.ts';
import type { LiveQueries } from '../history/live-queries.ts';
import { type StationShot, stationImage } from '../newest/station-feed.ts';
import type { HistoryReads, ListPage } from './camera-page.ts';

/** Coils offered for the filter of a camera's page. */
const offeredCoils = 100;

/** What is read of stations, whose inspections a camera's page shows like live images. */
export type StationHistory = {
  names: {
    findStationId(station: string): number | undefined;
    /** Ids of all stations shown as this one. */
    groupOf(stationId: number): readonly number[];
    findPartId(part: string): number | undefined;
    listParts(): readonly { id: number; name: string }[];
  };
  folders: { partsOf(stationId: number): readonly number[] };
  inspections: {
    list(
      filter: { stationId: number; partId?: number; window: { startAt?: number; endAt?: number } },
      page: ListPage,
    ): Promise<StationShot[]>;
  };
};

/** One history for cameras of folders and for stations; for a station the part stands for the coil. */
export function createHistoryReads(queries: LiveQueries, stations: StationHistory): HistoryReads {
  const { names, folders, inspections } = stations;
  const list: HistoryReads['list'] = async (channel, { coil, startAt, endAt }, page) => {
    const station = stationOf(channel);
    if (station === undefined) return queries.list({ channels: [channel], coil, startAt, endAt }, page);
    const stationId = names.findStationId(station);
    const partId = coil === undefined ? undefined : names.findPartId(coil);
    if (stationId === undefined || (coil !== undefined && partId === undefined)) return [];
    return (await inspections.list({ stationId, partId, window: { startAt, endAt } }, page)).map(
      stationImage,
    );
  };
  return {
    list,
    latest: async (channel, coil) => (await list(channel, { coil }, { limit: 1 }))[0],
    pairOf: queries.pairOf,
    coils: async (channel) => {
      const station = stationOf(channel);
      if (station === undefined) {
        return (await queries.coils({ channel, limit: offeredCoils })).map(({ coil }) => coil);
      }
      const stationId = names.findStationId(station);
      const ids = stationId === undefined ? [] : names.groupOf(stationId);
      const parts = new Set(ids.flatMap(folders.partsOf));
      const partNames = new Map(names.listParts().map(({ id, name }) => [id, name]));
      return [...parts].flatMap((id) => partNames.get(id) ?? []).slice(0, offeredCoils);
    },
    defectsOf: async (image) => (image.kind === 'live' ? queries.defectsOf(image) : undefined),
  };
}
