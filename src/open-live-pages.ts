import type { InspectionDeps } from './inspections/deps.ts';
import { stationOf } from './live/camera-links.ts';
import { stationImage } from './live/newest/station-feed.ts';
import type { HistoryReads } from './live/pages/camera-page.ts';
import type { LivePageDeps } from './live/pages/routes.ts';
import type { Services } from './services.ts';

/** Coils offered for the filter of a camera's page. */
const offeredCoils = 100;

/** What the Live pages show: folders of live images, and the inspections of every station in the same form. */
export function openLivePages(services: Services): LivePageDeps {
  const { config, clock, inspections, live, paths, screens } = services;
  const { renderer, reads } = inspections;
  const { isOwn, dir } = paths.live;
  return {
    renderer,
    clock,
    wallClock: reads.wallClock,
    cameras: live.cameras,
    isExpected: (camera) => camera.origin !== 'base' || !isOwn,
    isDemo: (camera) => camera.key === services.demo.camera && services.demo.isRunning,
    reads: historyReads(services.live.queries, reads),
    feed: {
      delayMs: config.reconnectDelay,
      attempts: config.maxReconnectAttempts,
      pingMs: config.wsPingInterval,
      timeZone: reads.wallClock.timeZone,
    },
    empty: () => ({
      folder: dir,
      exampleName: '20250906102131_2891_original.jpg',
      demoOffered: config.demo && !services.demo.isRunning,
    }),
    readPerformance: () => ({
      feed: screens.feed.stats(),
      drawTimes: services.images.thumbnails.drawTimes(),
      figuresOf: screens.measures.read,
      viewersOf: screens.feed.viewersOf,
    }),
  };
}

/** Both kinds of history behind one face; of a station the part takes the place of the coil. */
function historyReads(queries: Services['live']['queries'], reads: InspectionDeps['reads']): HistoryReads {
  const list: HistoryReads['list'] = async (channel, { coil, startAt, endAt }, page) => {
    const station = stationOf(channel);
    const range = { ...(startAt !== undefined && { startAt }), ...(endAt !== undefined && { endAt }) };
    if (station === undefined) {
      return queries.list({ channels: [channel], ...(coil !== undefined && { coil }), ...range }, page);
    }
    const stationId = reads.names.findStationId(station);
    const partId = coil === undefined ? undefined : reads.names.findPartId(coil);
    if (stationId === undefined || (coil !== undefined && partId === undefined)) return [];
    const filter = { stationId, ...(partId !== undefined && { partId }), window: range };
    return (await reads.inspections.list(filter, page)).map(stationImage);
  };
  return {
    list,
    latest: async (channel, coil) =>
      (await list(channel, coil === undefined ? {} : { coil }, { limit: 1 }))[0],
    pairOf: queries.pairOf,
    coils: async (channel) => {
      const station = stationOf(channel);
      if (station === undefined) {
        return (await queries.coils({ channel, limit: offeredCoils })).map(({ coil }) => coil);
      }
      const stationId = reads.names.findStationId(station);
      const parts = stationId === undefined ? [] : reads.folders.partsOf(stationId);
      const names = new Map(reads.names.listParts().map(({ id, name }) => [id, name]));
      return parts.flatMap((id) => names.get(id) ?? []).slice(0, offeredCoils);
    },
    defectsOf: async (image) => (image.kind === 'live' ? queries.defectsOf(image) : undefined),
  };
}
