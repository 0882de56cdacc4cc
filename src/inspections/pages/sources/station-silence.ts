import { mapFairly } from '../../../kernel/jobs/map-fairly.ts';
import { imageHref, stationHref } from '../../../plant/links.ts';
import { type StateView, stateView } from '../../../plant/station-state.ts';
import type { InspectionDeps } from '../../deps.ts';
import type { SourceStatus } from '../../model.ts';

/** What helps to find out why a station sends nothing: its last file, its folders, and others that use the same folders. */
export type SilenceView = {
  last: { path: string; href: string; capturedAt: number; foundAt: number } | null;
  /** Empty for a station of another site, whose folders are watched there. */
  folders: { path: string; state: SourceStatus['state']; sweptAt: number | null }[];
  neighbours: { station: string; href: string; judged: StateView; lastSeenAt: number | null }[];
  /** Neighbours beyond those listed. */
  moreCount: number;
};

const maxNeighbours = 8;
/** Of more stations in one folder, these are asked. */
const maxAsked = 100;

/** Null unless the station is silent or cannot be reached: then it is of no use. */
export async function readSilence(
  deps: Pick<InspectionDeps, 'reads' | 'sources'>,
  stationId: number,
  judged: StateView | null,
): Promise<SilenceView | null> {
  const code = judged?.state?.code;
  if (code !== 'silent' && code !== 'sourceOffline') return null;
  const { inspections, names, states, folders } = deps.reads;
  const roots = new Set(await states.rootsOf(stationId));
  const [last] = await inspections.list({ stationId }, { limit: 1 });
  const group = names.groupOf(stationId);
  const others = names
    .listStations(names.siteIdOf(stationId))
    .filter(({ id }) => !group.includes(id) && folders.rootsOf(id).some((root) => roots.has(root)))
    .slice(0, maxAsked);
  const neighbours = await mapFairly(others, async ({ id, name }) => {
    const now = await states.read(id);
    return { station: name, href: stationHref(name), judged: stateView(now), lastSeenAt: now.lastSeenAt };
  });
  neighbours.sort((a, b) => (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0));
  return {
    last: last
      ? {
          path: last.path,
          href: imageHref(last),
          capturedAt: last.capturedAt,
          foundAt: last.foundAt,
        }
      : null,
    folders: deps.sources
      .list()
      .filter(({ id }) => roots.has(id))
      .map(({ path, state, lastSweep }) => ({ path, state, sweptAt: lastSweep?.startedAt ?? null })),
    neighbours: neighbours.slice(0, maxNeighbours),
    moreCount: Math.max(0, neighbours.length - maxNeighbours),
  };
}
