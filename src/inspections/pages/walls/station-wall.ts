import type { InspectionDeps } from '../../deps.ts';
import type { StationCard } from '../cards-views.ts';
import { readStationSummary } from '../station-page.ts';
import { readStationTrend, type StationTrendView } from '../station-trend.ts';

/** Figures, newest images and chart of a station. Templates `stations/_wall` and `inspections/_tile-yield`. */
export type StationWallView = { card: StationCard; trend: StationTrendView | null };

/** `withTrend` reads the chart as well. */
export async function readStationWall(
  deps: InspectionDeps,
  asked: Parameters<typeof readStationSummary>[1],
  { withTrend = true } = {},
): Promise<StationWallView> {
  const card = await readStationSummary(deps, asked);
  return {
    card: {
      ...card,
      siteLabel: siteLabelOf(deps, asked),
      coversToday: asked.isWithoutShift,
    },
    trend: withTrend ? await readStationTrend(deps, asked) : null,
  };
}

/** The site of a tile where several share the database, with its time zone where that is not the wall's. */
function siteLabelOf(
  { reads: { sites, names } }: InspectionDeps,
  { stationId, wallClock }: Parameters<typeof readStationSummary>[1],
): string | null {
  const label = sites.tagOf(names.siteIdOf(stationId))?.label ?? null;
  const { timeZone } = wallClock;
  return label === null || timeZone === sites.wallClock.timeZone ? label : `${label} · ${timeZone}`;
}
