/** `npm run demo`: a demo plant and, on its images, the whole product; Ctrl-C ends both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLog } from '../kernel/log.ts';
import { type Config, loadConfig } from '../kernel/settings/config.ts';
import { splitFolders } from '../kernel/storage/split-folders.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { startDemoCoils } from './demo-coils.ts';
import { startDemoPlant } from './demo-plant.ts';

const usage = `Starts Linesight on a demo plant. Settings are taken from the environment, as for npm start.

  --dir <folder>    images and database (./demo-data); a plant that is there already goes on
  --port <n>        port of the pages (PORT, else 8080)
  --seed <text>     same seed, same plant
  --speed <n>       how many times faster than real units come, 0.1 to 20 (1)
`;

const startScript = fileURLToPath(new URL('../start.js', import.meta.url));

try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      dir: { ...text, default: './demo-data' },
      port: text,
      seed: { ...text, default: 'linesight' },
      speed: { ...text, default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const dir = resolve(values.dir);
  const settings = {
    ...process.env,
    PORT: values.port ?? process.env.PORT,
    WATCH_DIR: join(dir, 'images'),
    DB_PATH: join(dir, 'state', 'data.sqlite'),
    IMAGE_BASE_PATH: join(dir, 'live'),
    DEMO: '0',
  };
  const loaded = loadConfig({ env: settings });
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return run(loaded.config, settings, values.seed, readSpeed(values.speed));
}

function readSpeed(text: string): number {
  const speed = Number(text);
  if (speed >= 0.1 && speed <= 20) return speed;
  throw new Error(`--speed must be a number from 0.1 to 20, not "${text}".`);
}

/** Runs plant and server until either ends or a signal comes; answers the exit code. */
async function run(config: Config, env: NodeJS.ProcessEnv, seed: string, speed: number): Promise<number> {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());
  const log = createLog({ level: 'warn', pretty: process.stdout.isTTY === true });
  const [dir = config.watchDir] = splitFolders(config.watchDir);
  const plant = startDemoPlant({
    dir,
    seed,
    speed,
    clock: systemClock,
    log,
    timeZone: config.siteTimeZone,
    signal: ending.signal,
  });
  const coils = startDemoCoils({
    dir: config.imageBasePath,
    timeZone: config.siteTimeZone,
    clock: systemClock,
    log,
    signal: ending.signal,
    after: plant.ready,
  });
  // Its pictures come some seconds later; what goes wrong with them is in the log.
  coils.ready.catch(() => {});
  console.log(`Demo plant in ${dir}: making its history …`);
  try {
    await plant.ready;
  } catch (error) {
    if (ending.signal.aborted) return 0;
    throw error;
  }
  console.log(
    `${plant.stats().images} images. Linesight: http://localhost:${config.port}/  (Ctrl-C ends both)`,
  );
  const server = spawn(process.execPath, [startScript], { env, stdio: 'inherit' });
  return endTogether([plant, coils], server, ending.signal);
}

/** Waits for a signal or the server's own end, then stops what still runs. */
async function endTogether(
  parts: readonly { stop(): Promise<void> }[],
  server: ChildProcess,
  signal: AbortSignal,
): Promise<number> {
  const exited = once(server, 'exit') as Promise<[number | null]>;
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  await Promise.race([exited, aborted]);
  for (const part of parts) await part.stop();
  server.kill('SIGTERM');
  const [code] = await exited;
  return signal.aborted ? 0 : (code ?? 1);
}
