import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { judgePlant, type PlantState, type SourceState, type StationState } from '../plant/station-state.ts';

/** Read again at most this often, and never for more than a fiftieth of the time. */
const refreshMs = 5_000;
const restShare = 50;
/** What was read longer ago says nothing of now. */
const validMs = 60_000;

/** What may be said of all stations of the own site, for the title and the icon of every page. */
export type PlantSign = {
  /** As read a few seconds ago; null before the first reading, and when nobody asked for a while. */
  current(): PlantState | null;
};

/** Reads in the background when asked, so that no page waits for the states of hundreds of stations. */
export function createPlantSign({
  readStates,
  listSources,
  clock,
  log,
}: {
  readStates: () => Promise<readonly (StationState | null)[]>;
  listSources: () => readonly { state: SourceState }[];
  clock: Clock;
  log: Log;
}): PlantSign {
  let known: { state: PlantState; at: number } | null = null;
  let nextAt = 0;
  let isReading = false;

  async function refresh(): Promise<void> {
    isReading = true;
    const startedAt = clock.now();
    try {
      const state = judgePlant(await readStates(), listSources());
      known = { state, at: clock.now() };
    } catch (error) {
      log.debug({ err: error }, 'The states of the stations could not be read for the title of pages');
    } finally {
      const endedAt = clock.now();
      nextAt = endedAt + Math.max(refreshMs, (endedAt - startedAt) * restShare);
      isReading = false;
    }
  }

  return {
    current: () => {
      const now = clock.now();
      if (now >= nextAt && !isReading) void refresh();
      return known !== null && now - known.at <= validMs ? known.state : null;
    },
  };
}
