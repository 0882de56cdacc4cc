import { AppError } from '../kernel/errors.ts';
import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import { demoLiveDirOf } from '../kernel/storage/data-paths.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { type DemoCoils, removeCoilPictures, startDemoCoils } from '../simulator/demo-coils.ts';
import { removeDemoImages } from '../simulator/demo-folder.ts';
import { type AnnouncedImage, type DemoPlant, startDemoPlant } from '../simulator/demo-plant.ts';
import { demoStations } from '../simulator/plant-stations.ts';
import { createDemoFiles } from './demo-files.ts';

/** The same plant on every machine, so that screenshots and reports can be compared. */
const seed = 'linesight';
const cameraName = 'demo';
/** A removal that failed, because the database or the disk was away, goes on after this. */
const retryRemovalMs = 5_000;
const tellEveryMs = 1_000;

/**
 * `absent`: there is none. `preparing`: its pictures and its history are being made. `stopped`: its images stay, and no more
 * come. `removing`: it is being taken out of the database and off the disk.
 */
export type DemoState = 'absent' | 'preparing' | 'running' | 'stopped' | 'failed' | 'removing';

export type DemoProgress = { done: number; total: number };

/** The demo plant of this installation: a made-up plant in a folder of its own, watched like a real one. */
export type Demo = {
  /** Whether it may be started here. */
  readonly isAllowed: boolean;
  /** The folder of the real plant that its folders overlap, so that it can neither be started nor removed; null otherwise. */
  readonly overlaps: string | null;
  readonly state: DemoState;
  /** Whether images of it are shown. */
  readonly isPresent: boolean;
  readonly dir: string;
  /** Key of the camera that shows its coil line. */
  readonly camera: string;
  /** Pictures drawn so far while it is being prepared; null otherwise. */
  readonly drawing: DemoProgress | null;
  /** Images of it on the disk, as far as this process knows; null while nothing runs. */
  readonly images: number | null;
  /** Images taken out of the database since its removal began. */
  readonly removedImages: number;
  /** Whether its image files outlive it, because other files were in the folder before. */
  readonly keepsFiles: boolean;
  /**
   * Starts it, or goes on after a stop. Throws `forbidden` where DEMO=0, `conflict` while it is being removed or where its
   * folder is the real plant's.
   */
  start(): Promise<void>;
  /** No more images come, also after a restart; those that are there stay. Does nothing where none is running. */
  halt(): Promise<void>;
  /**
   * Removes it with everything it ever made. Answers when its stations are off the pages and it is certain to go, even if
   * this process dies; `removed` settles when nothing is left, at once where there was none. Throws `conflict` where its
   * folder is the real plant's.
   */
  remove(): Promise<{ removed: Promise<void> }>;
  /** Resumes what an earlier process had under way. */
  resume(): Promise<void>;
  stop(): Promise<void>;
};

export type DemoOptions = {
  isAllowed: boolean;
  dir: string;
  /** The folder of the real plant that `dir`, or what lies beside it, overlaps. */
  overlaps: string | undefined;
  /** The same of the folder that an earlier process began to remove. */
  overlapOf: (dir: string) => Promise<string | undefined>;
  /** Whether `dir` is the place beside the database that nothing else uses. */
  isOwnDir: boolean;
  timeZone: string;
  clock: Clock;
  log: Log;
  /** Watches the folder the plant writes to. */
  watch: (dir: string) => Promise<void>;
  /** Records the images of its history before their files are there. */
  announce: (dir: string, images: Iterable<AnnouncedImage>) => Promise<void>;
  /** Shows the pictures of its coil line. */
  watchLive: (camera: { name: string; path: string }) => Promise<void>;
  /** Takes the images of a folder out of the database; false when the signal ended it first. */
  removal: {
    isKnown(path: string): Promise<boolean>;
    begin(path: string): Promise<void>;
    findBegun(): Promise<string | undefined>;
    finish(path: string, signal: AbortSignal, onStep: (images: number) => void): Promise<boolean>;
  };
  /** The same for the pictures of its coil line. */
  removeLive: (path: string, signal: AbortSignal) => Promise<boolean>;
  /** The state changed, or a removal moved on. */
  onChanged: () => void;
};

export function createDemo(options: DemoOptions): Demo {
  const { dir, clock, log, timeZone, removal, onChanged, overlaps } = options;
  const isAllowed = options.isAllowed && overlaps === undefined;
  const files = filesOf(dir);
  let plant: DemoPlant | undefined;
  let coils: DemoCoils | undefined;
  /** What it is when no plant runs here. */
  let resting: 'absent' | 'stopped' | 'removing' = 'absent';
  let removing: { stop(): Promise<void>; ended: Promise<void> } | undefined;
  let removedImages = 0;
  let keepsFiles = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** Buttons are carried out one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work, work);
    turn = done.catch(() => {});
    return done;
  }

  /** The pictures of the coil line lie beside the plant's folder, because inside it theirs would be a station. */
  function filesOf(path: string) {
    const isOwn = options.isOwnDir && path === dir;
    return {
      plant: createDemoFiles(path, isOwn, (folder) => removeDemoImages(folder, demoStations)),
      live: createDemoFiles(demoLiveDirOf(path), isOwn, removeCoilPictures),
    };
  }

  function state(): DemoState {
    if (plant === undefined) return resting;
    const { state } = plant.stats();
    return state === 'stopped' ? resting : state;
  }

  function noteUnwatched(err: unknown): void {
    log.error({ err, dir }, 'the folder of the demo plant is not watched');
  }

  async function show(): Promise<void> {
    await options.watch(dir);
    await options.watchLive({ name: cameraName, path: demoLiveDirOf(dir) });
  }

  async function run(): Promise<void> {
    if (plant && plant.stats().state !== 'failed') return;
    await stopWriting();
    await files.plant.begin();
    await files.live.begin();
    await files.plant.setStopped(false);
    keepsFiles = !(await files.plant.areOurs());
    const { announce } = options;
    const started = startDemoPlant({
      dir,
      seed,
      clock,
      log,
      timeZone,
      announce: (images) => announce(dir, images),
    });
    plant = started;
    coils = startDemoCoils({ dir: demoLiveDirOf(dir), timeZone, clock, log, after: started.ready });
    coils.ready.catch(() => {});
    followDrawing(started);
    // Until its files are there, a sweep would take those that were announced for missing.
    if (await started.announced)
      started.ready
        .then(
          () => showInTurn(started),
          () => {},
        )
        .catch(noteUnwatched);
    else await show();
  }

  /** A removal that was asked for while the last pictures were drawn may have begun: nobody may watch the folder then. */
  function showInTurn(drawn: DemoPlant): Promise<void> {
    return inTurn(async () => {
      if (plant === drawn || (plant === undefined && resting === 'stopped')) await show();
    });
  }

  function drawing(): DemoProgress | null {
    return state() === 'preparing' ? (plant?.stats().drawing ?? null) : null;
  }

  /** Tells of the pictures of a plant as they are drawn, once a second at most. */
  function followDrawing({ ready }: DemoPlant): void {
    let told = '';
    const loop = startLoop({
      name: 'progress of the demo plant',
      intervalMs: tellEveryMs,
      log,
      runAtStart: true,
      run: async () => {
        const now = JSON.stringify(drawing());
        if (now !== told) onChanged();
        told = now;
      },
    });
    const end = async () => {
      await loop.stop();
      onChanged();
    };
    ready.then(end, end);
  }

  async function stopWriting(): Promise<void> {
    await Promise.all([plant?.stop(), coils?.stop()]);
    plant = undefined;
    coils = undefined;
  }

  /** Carries a removal out, again and again until it has come to its end. */
  function finishRemoval(path: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    resting = 'removing';
    removedImages = 0;
    let isDone = false;
    const loop = startLoop({
      name: 'removal of the demo plant',
      intervalMs: retryRemovalMs,
      log,
      runAtStart: true,
      run: async (signal) => {
        if (isDone || !(await removeAll(path, signal))) return;
        isDone = true;
        resting = 'absent';
        removing = undefined;
        // Not awaited: this run is the one that it waits for.
        void loop.stop();
        log.info({ dir: path, images: removedImages }, 'the demo plant is removed');
        onChanged();
        resolve();
      },
    });
    removing = { stop: loop.stop, ended: promise };
    return promise;
  }

  async function removeAll(path: string, signal: AbortSignal): Promise<boolean> {
    if (!(await options.removeLive(demoLiveDirOf(path), signal))) return false;
    const { plant: ofPlant, live } = filesOf(path);
    await live.remove();
    await ofPlant.remove();
    return removal.finish(path, signal, (images) => {
      removedImages += images;
      onChanged();
    });
  }

  /** Its images would be counted twice, and its removal would take what is not its own. */
  function assertApart(): void {
    if (overlaps !== undefined)
      throw new AppError(
        'conflict',
        `The folder of the demo plant, ${dir}, overlaps ${overlaps}. Set DEMO_DIR to a folder that nothing else uses.`,
      );
  }

  async function start(): Promise<void> {
    if (!options.isAllowed) throw new AppError('forbidden', 'The demo plant is switched off here (DEMO=0).');
    assertApart();
    if (resting === 'removing')
      throw new AppError('conflict', 'The demo plant is being removed. Start it when nothing of it is left.');
    await run();
  }

  async function halt(): Promise<void> {
    if (!plant || resting === 'removing') return;
    await files.plant.setStopped(true);
    resting = 'stopped';
    await stopWriting();
    onChanged();
  }

  async function remove(): Promise<{ removed: Promise<void> }> {
    if (resting === 'removing' || state() === 'absent')
      return { removed: removing?.ended ?? Promise.resolve() };
    assertApart();
    resting = 'stopped';
    await stopWriting();
    await removal.begin(dir);
    const ended = finishRemoval(dir);
    onChanged();
    return { removed: ended };
  }

  async function resume(): Promise<void> {
    const begun = await removal.findBegun();
    if (begun !== undefined) {
      const other = await options.overlapOf(begun);
      if (other === undefined) {
        void finishRemoval(begun);
        return;
      }
      log.error({ dir: begun, other }, 'the demo plant is not removed while its folder is the real plant’s');
    }
    const isBegun = await files.plant.exist();
    if (!isBegun && !(await removal.isKnown(dir))) return;
    resting = 'stopped';
    keepsFiles = isBegun && !(await files.plant.areOurs());
    if (!isAllowed || !isBegun) return;
    if (!(await files.plant.isStopped())) await run();
    // One stopped before its first image was written has nothing to watch yet.
    else if (await files.plant.haveImages()) await show();
  }

  return {
    isAllowed,
    overlaps: overlaps ?? null,
    get state() {
      return state();
    },
    get isPresent() {
      return !['absent', 'removing'].includes(state());
    },
    get drawing() {
      return drawing();
    },
    get images() {
      return plant?.stats().images ?? null;
    },
    get keepsFiles() {
      return keepsFiles;
    },
    get removedImages() {
      return removedImages;
    },
    dir,
    camera: cameraName,
    start: () => inTurn(start),
    halt: () => inTurn(halt),
    remove: () => inTurn(remove),
    resume: () => inTurn(resume),
    async stop() {
      await Promise.all([removing?.stop(), stopWriting()]);
    },
  };
}
