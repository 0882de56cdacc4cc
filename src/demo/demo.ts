import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { AppError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { type DemoCoils, startDemoCoils } from '../simulator/demo-coils.ts';
import { type DemoPlant, startDemoPlant } from '../simulator/demo-plant.ts';

/** The same plant on every machine, so that screenshots and reports can be compared. */
const seed = 'linesight';
const cameraName = 'demo';

/** The demo plant of this installation: a made-up plant in a folder of its own, watched like a real one. */
export type Demo = {
  /** Whether it may be started here. */
  readonly isAllowed: boolean;
  readonly isRunning: boolean;
  readonly dir: string;
  /** Key of the camera that shows its coil line. */
  readonly camera: string;
  /** Starts it unless it is running; throws `forbidden` where DEMO=0. */
  start(): Promise<void>;
  /** Resumes a plant that an earlier process had started. */
  resume(): Promise<void>;
  stop(): Promise<void>;
};

export function createDemo(options: {
  isAllowed: boolean;
  dir: string;
  timeZone: string;
  clock: Clock;
  log: Log;
  /** Watches the folder the plant writes to. */
  watch: (dir: string) => Promise<void>;
  /** Shows the pictures of its coil line. */
  watchLive: (camera: { name: string; path: string }) => Promise<void>;
}): Demo {
  const { dir, clock, log, timeZone } = options;
  let plant: DemoPlant | undefined;
  let coils: DemoCoils | undefined;
  /** Beside the plant's folder, because inside it this one would be a station. */
  const liveDir = `${dir}-live`;

  async function run(): Promise<void> {
    if (plant && plant.stats().state !== 'failed') return;
    plant = startDemoPlant({ dir, seed, clock, log, timeZone });
    plant.ready.catch(() => {});
    await mkdir(dir, { recursive: true });
    await options.watch(dir);
    await startCoils(plant.ready);
  }

  async function startCoils(after: Promise<void>): Promise<void> {
    await coils?.stop();
    coils = startDemoCoils({ dir: liveDir, timeZone, clock, log, after });
    coils.ready.catch(() => {});
    await options.watchLive({ name: cameraName, path: liveDir });
  }

  return {
    isAllowed: options.isAllowed,
    get isRunning() {
      return plant !== undefined;
    },
    dir,
    camera: cameraName,
    start: async () => {
      if (!options.isAllowed) {
        throw new AppError('forbidden', 'The demo plant is switched off here (DEMO=0).');
      }
      await run();
    },
    resume: async () => {
      if (options.isAllowed && existsSync(dir)) await run();
    },
    stop: async () => void (await Promise.all([plant?.stop(), coils?.stop()])),
  };
}
