import type { Log } from '../kernel/log.ts';
import type { LiveImage } from './model.ts';

/** New inspections come in batches; one look at a station's newest serves many of them. */
const pauseMs = 50;
const maxStationsARound = 16;
/** More stations than this have no view of their own on the wall. */
const maxStations = 1_000;

/** The newest inspection of a station; undefined when it has none. */
export type StationShot = Pick<
  LiveImage,
  'id' | 'revision' | 'name' | 'capturedAt' | 'sizeBytes' | 'foundAt' | 'missingAt' | 'verdict'
> & { station: string; part: string };
export type ReadStation = (stationId: number) => Promise<StationShot | undefined>;

/** Every station as a camera of its own: the wall of a plant that has no folders of live images. */
export type StationFeed = {
  wake(stationIds: readonly number[]): void;
  /** By station. */
  newest(): ReadonlyMap<string, LiveImage>;
  stop(): Promise<void>;
};

export function createStationFeed(options: {
  readStation: ReadStation;
  onImage: (image: LiveImage) => void;
  log: Log;
}): StationFeed {
  const newest = new Map<string, LiveImage>();
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  let isStopped = false;

  async function show(stationId: number): Promise<void> {
    const shot = await options.readStation(stationId);
    if (!shot || (newest.size >= maxStations && !newest.has(shot.station))) return;
    const image = stationImage(shot);
    newest.set(shot.station, image);
    options.onImage(image);
  }

  async function runRound(): Promise<void> {
    const now = [...waiting].slice(0, maxStationsARound);
    for (const id of now) waiting.delete(id);
    await Promise.all(now.map(show)).catch((err) =>
      options.log.error({ err }, 'The newest image of a station could not be read; the next one is'),
    );
    round = undefined;
    plan();
  }

  function plan(): void {
    if (isStopped || timer || round || waiting.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      round = runRound();
    }, pauseMs);
  }

  return {
    wake(stationIds) {
      for (const id of stationIds) if (waiting.size < maxStations) waiting.add(id);
      plan();
    },
    newest: () => newest,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

/** An inspection as a live image of its station. */
export function stationImage(shot: StationShot): LiveImage {
  const key = `station/${shot.station}`;
  const { id, revision, name, capturedAt, sizeBytes, foundAt, missingAt, verdict, part } = shot;
  return {
    ...{ id, revision, name, capturedAt, sizeBytes, foundAt, missingAt, verdict, part },
    kind: 'inspection',
    channel: key,
    camera: key,
    role: 'original',
    coil: null,
    modifiedAt: null,
  };
}
