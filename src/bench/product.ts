import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SourceStatus } from '../inspections/model.ts';
import { findFreePort } from '../testing/free-port.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { readCpuMs, readMemory } from './process-figures.ts';
import type { Workspace } from './workspace.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const startMs = 60_000;
const stopMs = 15_000;

/** The product in a process of its own, as `npm start` runs it, on folders of its own. */
export type Product = {
  pid: number;
  origin: string;
  client: HttpClient;
  /** From the start of the process to the last byte of its first page. */
  firstPageMs: number;
  source(): Promise<SourceStatus>;
  /** Resolves once everything found is counted, `files` at least, and no sweep runs. */
  settled(files: number): Promise<SourceStatus>;
  memory(): { nowMb: number; peakMb: number };
  cpuMs(): number;
  stop(): Promise<void>;
};

export type ProductPlaces = { watchDir: string; stateDir: string };

/** Where the product of these places keeps its database. */
export function databasePath({ stateDir }: ProductPlaces): string {
  return join(stateDir, 'data.sqlite');
}

/** Starts the product with its defaults on these folders, in UTC; answers after its first page. */
export async function startProduct(
  workspace: Workspace,
  places: ProductPlaces,
  env: Record<string, string> = {},
): Promise<Product> {
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const client = createHttpClient(origin);
  const startedAt = performance.now();
  const child = workspace.track(
    spawn(process.execPath, startArguments(), {
      cwd: project,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        HOST: '127.0.0.1',
        PORT: String(port),
        WATCH_DIR: places.watchDir,
        DB_PATH: databasePath(places),
        SITE_TIME_ZONE: 'UTC',
        LOG_LEVEL: 'error',
        ...env,
      },
    }),
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const pid = child.pid;
  if (pid === undefined) throw new Error('The product could not be started');
  await firstPage(client, () => child.exitCode !== null);
  const firstPageMs = performance.now() - startedAt;

  async function source(): Promise<SourceStatus> {
    const { sources } = await client.json<{ sources: SourceStatus[] }>('/api/v1/sources');
    if (!sources[0]) throw new Error('The product watches nothing');
    return sources[0];
  }

  return {
    pid,
    origin,
    client,
    firstPageMs,
    source,
    settled: async (files) => {
      for (;;) {
        const status = await source();
        const isBusy = status.backfill !== null || status.sweepRunningSince !== null || status.incomplete > 0;
        if (!isBusy && status.lastSweep && status.knownFiles >= files) return status;
        await sleep(200);
      }
    },
    memory: () => readMemory(pid),
    cpuMs: () => readCpuMs(pid),
    stop: async () => {
      client.close();
      child.kill('SIGTERM');
      if ((await Promise.race([exited, sleep(stopMs, 'late', { ref: false })])) === 'late')
        child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The same options of Node as `npm start`. */
function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').slice(1);
}

async function firstPage(client: HttpClient, hasEnded: () => boolean): Promise<void> {
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    if (hasEnded()) throw new Error('The product ended by itself');
    const answer = await client.ask('/').catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(10);
  }
  throw new Error(`No page within ${startMs / 1000} s`);
}
