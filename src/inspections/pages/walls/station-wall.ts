import type { InspectionDeps } from '../../deps.ts';
import type { StationCard } from '../cards-views.ts';
import { readStationSummary } from '../station-page.ts';
import { readStationTrend, type StationTrendView } from '../station-trend.ts';

/** Figures, newest images and chart of a station. Templates `stations/_wall` and `inspections/_tile-yield`. */
export type StationWallView = { card: StationCard; trend: StationTrendView };

export async function readStationWall(
  deps: InspectionDeps,
  asked: Parameters<typeof readStationSummary>[1],
): Promise<StationWallView> {
  return { card: await readStationSummary(deps, asked), trend: await readStationTrend(deps, asked) };
}
