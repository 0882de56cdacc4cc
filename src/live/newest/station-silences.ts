import { stationSilence } from '../../plant/station-pauses.ts';
import type { Silences } from './silences.ts';
import type { StationFeed } from './station-feed.ts';

/** Silent stations, by the rule of the Inspections pages. */
export type StationSilences = Pick<Silences, 'takeChanges'> & {
  /** Since when a station is silent: the time of its newest image; null while it is not. */
  silentSinceAt(station: string): number | null;
};

export function createStationSilences(
  feed: Pick<StationFeed, 'newest' | 'usualIntervalOf' | 'pausesOf'>,
  now: () => number,
): StationSilences {
  /** Since when a station was silent at the last `takeChanges`. */
  const wasSilentSinceAt = new Map<string, number>();
  const silenceOf = (station: string) =>
    stationSilence(
      {
        lastSeenAt: feed.newest().get(station)?.capturedAt ?? null,
        pauses: feed.pausesOf(station),
      },
      now(),
    );
  return {
    silentSinceAt: (station) => silenceOf(station)?.sinceAt ?? null,
    takeChanges: () =>
      [...feed.newest()].flatMap(([station, { camera, capturedAt }]) => {
        const silence = silenceOf(station);
        const isSilent = silence !== null;
        if (silence?.sinceAt === wasSilentSinceAt.get(station)) return [];
        if (isSilent) wasSilentSinceAt.set(station, silence.sinceAt);
        else wasSilentSinceAt.delete(station);
        const usualIntervalMs = feed.usualIntervalOf(station) ?? 0;
        return [{ camera, isSilent, sinceAt: silence?.sinceAt ?? capturedAt, usualIntervalMs }];
      }),
  };
}
