import { stripSpec } from '../../kernel/images/thumbnails/thumbnail.ts';
import type { Log } from '../../kernel/log.ts';
import type { InspectionQueries } from '../queries/inspection-queries.ts';
import type { InspectionImages } from './inspection-images.ts';

/** New images arrive in batches; one read of a station's newest serves many of them. */
const pauseMs = 100;
const maxStationsPerRound = 16;
/** Most stations that wait for a round; thumbnails of further ones are made on request. */
const maxStations = 1_000;

export type MakeAhead = {
  /** Schedules the thumbnails of stations with new images. Returns at once. */
  wake(stationIds: readonly number[]): void;
  /** Resolves when the current round has ended; no further one starts. */
  stop(): Promise<void>;
};

/** Makes the strip thumbnails of station cards, the last image and the last NG ones, before they are requested. */
export function startMakeAhead(options: {
  images: Pick<InspectionImages, 'thumbnail'>;
  listInspections: InspectionQueries['list'];
  /** How many NG images a card shows. */
  ngCount: number;
  log: Log;
}): MakeAhead {
  const { images, listInspections, log } = options;
  const stations = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  let stopped = false;

  async function makeFor(stationId: number): Promise<void> {
    const [newest, ng] = await Promise.all([
      listInspections({ stationId }, { limit: 1 }),
      options.ngCount > 0 ? listInspections({ stationId, verdict: 'NG' }, { limit: options.ngCount }) : [],
    ]);
    const shown = new Map([...ng, ...newest].map((inspection) => [inspection.id, inspection]));
    // Not awaited: the store keeps the newest requests and drops the oldest when there are too many.
    for (const inspection of shown.values()) {
      images.thumbnail(inspection, stripSpec, { ahead: true }).catch(report);
    }
  }

  async function runRound(): Promise<void> {
    const now = [...stations].slice(0, maxStationsPerRound);
    for (const stationId of now) stations.delete(stationId);
    await Promise.all(now.map(makeFor)).catch(report);
    round = undefined;
    if (stations.size > 0) plan();
  }

  function plan(): void {
    if (stopped || timer || round) return;
    timer = setTimeout(() => {
      timer = undefined;
      round = runRound();
    }, pauseMs);
  }

  function report(err: unknown): void {
    log.error({ err }, 'Thumbnails could not be made ahead; they will be made on request');
  }

  return {
    wake(stationIds) {
      for (const stationId of stationIds) if (stations.size < maxStations) stations.add(stationId);
      if (stations.size > 0) plan();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
