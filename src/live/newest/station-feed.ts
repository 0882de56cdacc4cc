import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { atRestAfterMs } from '../../plant/station-state.ts';
import { minSilenceMs } from '../../plant/usual-interval.ts';
import type { LiveImage } from '../model.ts';

/** New inspections come in batches; one look at a station's newest serves many of them. */
const pauseMs = 50;
const maxStationsARound = 16;
/** More stations than this have no view of their own on the wall. */
const maxStations = 1_000;
/** The pace of a station that sends nothing changes as well, and tells whether that is strange. */
const quietLookMs = 60_000;

/** The newest inspection of a station; undefined when it has none. */
export type StationShot = Pick<
  LiveImage,
  'id' | 'revision' | 'name' | 'capturedAt' | 'sizeBytes' | 'foundAt' | 'missingAt' | 'verdict'
> & { station: string; part: string };
export type ReadStation = (stationId: number) => Promise<StationShot | undefined>;
/** A station's usual interval, ms; null while too little is known. */
export type ReadPace = (stationId: number) => Promise<number | null>;

/** Every station as a camera of its own: the wall of a plant that has no folders of live images. */
export type StationFeed = {
  wake(stationIds: readonly number[]): void;
  /** By station. */
  newest(): ReadonlyMap<string, LiveImage>;
  /** The usual interval of a station by its name, ms; null while unknown. */
  paceOf(station: string): number | null;
  stop(): Promise<void>;
};

export function createStationFeed(options: {
  readStation: ReadStation;
  readPace: ReadPace;
  onImage: (image: LiveImage) => void;
  /** Stations keep another pace now than was known of them. */
  onPace: () => void;
  clock: Clock;
  log: Log;
}): StationFeed {
  const newest = new Map<string, LiveImage>();
  const ids = new Map<string, number>();
  const paces = new Map<string, number | null>();
  const toldPaces = new Map<string, number | null>();
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  let isStopped = false;

  /** Shows a station's newest image; answers whether its pace is another one than before. */
  async function show(stationId: number): Promise<boolean> {
    const shot = await options.readStation(stationId);
    if (!shot || (newest.size >= maxStations && !newest.has(shot.station))) return false;
    const image = stationImage(shot);
    const pace = await options.readPace(stationId);
    const isNewPace = isOther(pace, toldPaces.get(shot.station) ?? null);
    if (isNewPace) toldPaces.set(shot.station, pace);
    paces.set(shot.station, pace);
    ids.set(shot.station, stationId);
    newest.set(shot.station, image);
    options.onImage(image);
    return isNewPace;
  }

  async function runRound(): Promise<void> {
    const now = [...waiting].slice(0, maxStationsARound);
    for (const id of now) waiting.delete(id);
    try {
      const paces = await Promise.all(now.map(show));
      if (paces.includes(true)) options.onPace();
    } catch (err) {
      options.log.error({ err }, 'The newest image of a station could not be read; the next one is');
    }
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

  function wake(stationIds: readonly number[]): void {
    for (const id of stationIds) if (waiting.size < maxStations) waiting.add(id);
    plan();
  }

  /** Stations whose silence depends on their pace now. */
  function listQuiet(): number[] {
    const now = options.clock.now();
    return [...newest].flatMap(([station, { capturedAt }]) => {
      const ageMs = now - capturedAt;
      const isQuiet = ageMs >= minSilenceMs && ageMs < atRestAfterMs;
      const id = ids.get(station);
      return isQuiet && id !== undefined && paces.get(station) !== null ? [id] : [];
    });
  }

  const looks = startLoop({
    name: 'pace of quiet stations',
    intervalMs: quietLookMs,
    run: async () => wake(listQuiet()),
    log: options.log,
  });

  return {
    wake,
    newest: () => newest,
    paceOf: (station) => paces.get(station) ?? null,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looks.stop();
      await round;
    },
  };
}

/** Whether a pace is worth telling: known or lost, or changed by more than a tenth, which a median does by itself. */
function isOther(pace: number | null, before: number | null): boolean {
  if (pace === null || before === null) return pace !== before;
  return Math.abs(pace - before) > before / 10;
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
