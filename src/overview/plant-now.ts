/**
 * What every page says of the plant now: which watched folders are offline, and how old its data is.
 *
 * Template overview/_plant-now, data PlantNow as `plant` (GET /plant/now, container #plant-now). The badge in the bar
 * prints the same data, and stream.js keeps it equal to the fragment.
 */
import type { OfflineReason, RootStatus } from '../kernel/folder-scan/model/root-status.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { PlantState } from '../plant/station-state.ts';

export type OfflineFolder = {
  path: string;
  reason: string | null;
  reasonCode: OfflineReason | null;
  sinceAt: number | null;
};

export type PlantNow = {
  /** `offline` while any folder is, `starting` until each was swept once since the start. */
  state: 'offline' | 'starting' | 'online';
  /** The first ones. */
  offline: OfflineFolder[];
  moreOffline: number;
  /** When the newest image was taken; null before the first one. */
  newestAt: number | null;
  /** Stations with problems; null while nothing can be said of all of them. */
  problems: number | null;
  /** Since when at the latest every folder has been looked through; null before that, and while one is offline. */
  sweptAt: number | null;
};

/** A station falls silent without any event. */
const signEveryMs = 20_000;
/** Further banners would leave no room for the page. */
const maxBanners = 3;

/** What is said of these folders, the newest image and the stations together. */
export function plantNow(
  sources: readonly RootStatus[],
  newestAt: number | null,
  stations: PlantState | null,
): PlantNow {
  const offline = sources.filter(({ state }) => state === 'offline');
  const isStarting = sources.length === 0 || sources.some(({ state }) => state === 'starting');
  const sweeps = sources.flatMap(({ lastSweep }) => lastSweep?.startedAt ?? []);
  const isSwept = offline.length === 0 && sweeps.length > 0 && sweeps.length === sources.length;
  return {
    state: offline.length > 0 ? 'offline' : isStarting ? 'starting' : 'online',
    offline: offline.slice(0, maxBanners).map(({ path, reason, reasonCode, offlineSince }) => ({
      path,
      reason,
      reasonCode,
      sinceAt: offlineSince,
    })),
    moreOffline: Math.max(0, offline.length - maxBanners),
    newestAt,
    problems: stations?.kind === 'wrong' ? stations.count : stations?.kind === 'allRight' ? 0 : null,
    sweptAt: isSwept ? Math.min(...sweeps) : null,
  };
}

/** Keeps it fresh on every page. */
export function definePlantNow({
  topics,
  renderer,
  read,
}: {
  topics: Topics;
  renderer: Renderer;
  read: () => PlantNow;
}): void {
  topics.define({
    path: '/plant/now',
    isOnEveryPage: true,
    events: ['sources.changed', 'inspections.recorded', 'alarms.changed'],
    everyMs: signEveryMs,
    render: (_query, { lang }) => ({
      containerId: 'plant-now',
      parts: [],
      html: renderer.html('overview/_plant-now', { lang }, { plant: read() }),
    }),
  });
}
