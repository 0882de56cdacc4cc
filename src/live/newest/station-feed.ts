import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { atRestAfterMs, type StationPauses } from '../../plant/station-pauses.ts';
import { minSilenceMs } from '../../plant/usual-interval.ts';
import type { LiveImage } from '../model.ts';

/** New inspections arrive in batches; one read of a station's newest image serves many of them. */
const roundDelayMs = 50;
const maxStationsPerRound = 16;
/** Further stations have no tile of their own on the wall. */
const maxStations = 1_000;
/** The usual interval of a station that sends nothing changes as well, and decides whether its silence is unusual. */
const quietCheckMs = 60_000;

/** The newest inspection of a station. */
export type StationShot = Pick<
  LiveImage,
  'id' | 'revision' | 'name' | 'capturedAt' | 'sizeBytes' | 'foundAt' | 'missingAt' | 'verdict'
> & { station: string; part: string };
/** Reads the newest inspection of a station; undefined when it has none. */
export type ReadStation = (stationId: number) => Promise<StationShot | undefined>;
/** Reads a station's usual pauses; null while too little is known. */
export type ReadPauses = (stationId: number) => Promise<StationPauses | null>;

/** Every station as a camera of its own: the wall of a plant that has no folders of live images. */
export type StationFeed = {
  /** These stations may have new images. Returns at once. */
  wake(stationIds: readonly number[]): void;
  /** Newest image by name of the station. */
  newest(): ReadonlyMap<string, LiveImage>;
  /** The usual interval of a station by its name, ms; null while unknown. */
  usualIntervalOf(station: string): number | null;
  /** Its usual pauses, by which its silence is judged; null while unknown. */
  pausesOf(station: string): StationPauses | null;
  stop(): Promise<void>;
};

/** `publishedMs` is the usual interval that viewers were last notified of. */
type Known = { id: number; pauses: StationPauses | null; publishedMs: number | null };

/** `onInterval` runs when the usual interval of a station has changed noticeably. */
export function createStationFeed(options: {
  readStation: ReadStation;
  readPauses: ReadPauses;
  onImage: (image: LiveImage) => void;
  onInterval: () => void;
  clock: Clock;
  log: Log;
}): StationFeed {
  const { clock, log } = options;
  const newest = new Map<string, LiveImage>();
  const stations = new Map<string, Known>();

  /** Reads a station's newest image and reports whether its usual interval has changed noticeably. */
  async function refresh(stationId: number): Promise<boolean> {
    const shot = await options.readStation(stationId);
    if (!shot || (newest.size >= maxStations && !newest.has(shot.station))) return false;
    const image = stationImage(shot);
    const pauses = await options.readPauses(stationId);
    const usualIntervalMs = pauses?.usualIntervalMs ?? null;
    const publishedMs = stations.get(shot.station)?.publishedMs ?? null;
    const isChanged = isNoticeable(usualIntervalMs, publishedMs);
    stations.set(shot.station, {
      id: stationId,
      pauses,
      publishedMs: isChanged ? usualIntervalMs : publishedMs,
    });
    newest.set(shot.station, image);
    options.onImage(image);
    return isChanged;
  }

  const rounds = createRounds(async (stationIds) => {
    try {
      const changes = await Promise.all(stationIds.map(refresh));
      if (changes.includes(true)) options.onInterval();
    } catch (err) {
      log.error({ err }, 'The newest image of a station could not be read; the next one will be');
    }
  });

  /** Stations whose silence depends on their usual interval now. */
  function listQuiet(): number[] {
    const now = clock.now();
    return [...newest].flatMap(([station, { capturedAt }]) => {
      const ageMs = now - capturedAt;
      const isQuiet = ageMs >= minSilenceMs && ageMs < atRestAfterMs;
      const known = stations.get(station);
      return isQuiet && known && known.pauses !== null ? [known.id] : [];
    });
  }

  const quietCheck = startLoop({
    name: 'usual interval of quiet stations',
    intervalMs: quietCheckMs,
    run: async () => rounds.add(listQuiet()),
    log,
  });

  return {
    wake: rounds.add,
    newest: () => newest,
    usualIntervalOf: (station) => stations.get(station)?.pauses?.usualIntervalMs ?? null,
    pausesOf: (station) => stations.get(station)?.pauses ?? null,
    async stop() {
      rounds.close();
      await quietCheck.stop();
      await rounds.settle();
    },
  };
}

/** Collects ids and passes each to `run` once, a few at a time; rounds never overlap. */
function createRounds(run: (ids: number[]) => Promise<void>) {
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  let isClosed = false;

  async function runRound(): Promise<void> {
    const ids = [...waiting].slice(0, maxStationsPerRound);
    for (const id of ids) waiting.delete(id);
    await run(ids);
    round = undefined;
    schedule();
  }

  function schedule(): void {
    if (isClosed || timer || round || waiting.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      round = runRound();
    }, roundDelayMs);
  }

  return {
    add(ids: readonly number[]): void {
      for (const id of ids) if (waiting.size < maxStations) waiting.add(id);
      schedule();
    },
    close(): void {
      isClosed = true;
      clearTimeout(timer);
    },
    settle: async () => round,
  };
}

/** Known now or lost, or changed by more than a tenth, which a median does by itself. */
function isNoticeable(usualIntervalMs: number | null, before: number | null): boolean {
  if (usualIntervalMs === null || before === null) return usualIntervalMs !== before;
  return Math.abs(usualIntervalMs - before) > before / 10;
}

/** An inspection as a live image of its station. */
export function stationImage(shot: StationShot): LiveImage {
  const key = `station/${shot.station}`;
  return {
    id: shot.id,
    revision: shot.revision,
    kind: 'inspection',
    channel: key,
    camera: key,
    role: 'original',
    name: shot.name,
    capturedAt: shot.capturedAt,
    coil: null,
    sizeBytes: shot.sizeBytes,
    modifiedAt: null,
    foundAt: shot.foundAt,
    clockAheadMs: 0,
    missingAt: shot.missingAt,
    part: shot.part,
    verdict: shot.verdict,
  };
}
