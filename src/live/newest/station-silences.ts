import { stationSilence } from '../../plant/station-state.ts';
import type { Silences } from './silences.ts';
import type { StationFeed } from './station-feed.ts';

/** Which stations are silent, by the rule of the Inspections pages. */
export type StationSilences = Pick<Silences, 'look'> & {
  /** Since when a station is silent: the time of its newest image; null when it is not. */
  silentSinceAt(station: string): number | null;
};

export function createStationSilences(
  feed: Pick<StationFeed, 'newest' | 'paceOf'>,
  now: () => number,
): StationSilences {
  const saidSilent = new Set<string>();
  const silenceOf = (station: string) =>
    stationSilence(
      {
        lastSeenAt: feed.newest().get(station)?.capturedAt ?? null,
        usualIntervalMs: feed.paceOf(station),
      },
      now(),
    );
  return {
    silentSinceAt: (station) => silenceOf(station)?.sinceAt ?? null,
    look: () =>
      [...feed.newest()].flatMap(([station, { camera, capturedAt }]) => {
        const silence = silenceOf(station);
        const isSilent = silence !== null;
        if (isSilent === saidSilent.has(station)) return [];
        if (isSilent) saidSilent.add(station);
        else saidSilent.delete(station);
        const usualIntervalMs = feed.paceOf(station) ?? 0;
        return [{ camera, isSilent, sinceAt: silence?.sinceAt ?? capturedAt, usualIntervalMs }];
      }),
  };
}
