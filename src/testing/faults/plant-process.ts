import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SourceStatus } from '../../inspections/model.ts';
import { findFreePort } from '../free-port.ts';

const startScript = fileURLToPath(new URL('../../start.js', import.meta.url));
const longestOutput = 200_000;
/** A machine that runs many tests at once is slow. */
const patienceMs = 120_000;

export type Health = {
  status: 'healthy' | 'degraded';
  database: boolean;
  storage: boolean;
  stats: {
    sources: SourceStatus[];
    stream: { viewers: number; coalesced: number; cutOff: number; refused: number };
  };
};

/** The product as a process of its own. */
export type PlantProcess = {
  readonly pid: number;
  readonly origin: string;
  /** Resolves when it answers requests; rejects when it ends before. */
  listening: Promise<void>;
  /** Everything it printed. */
  output(): string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  text(path: string): Promise<string>;
  health(): Promise<Health>;
  /** The only watched folder, as `/health` describes it. */
  source(): Promise<SourceStatus>;
  /** Resident memory in bytes, now and at its highest. */
  memory(): { now: number; peak: number };
  /** Ends it without a word, as a power cut does. */
  kill(): Promise<void>;
  /** Asks it to end, as a container does. */
  terminate(): Promise<{ code: number | null; durationMs: number }>;
  /** Exit code, once it has ended. */
  exited: Promise<number | null>;
};

/** A watched folder and a state folder on disk, and the processes that ran on them; all gone when disposed of. */
export type FaultPlant = AsyncDisposable & {
  folder: string;
  watchDir: string;
  stateDir: string;
  dbPath: string;
  start(env?: Record<string, string>): Promise<PlantProcess>;
};

export function createFaultPlant(): FaultPlant {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-fault-'));
  const watchDir = join(folder, 'watch');
  const stateDir = join(folder, 'state');
  const dbPath = join(stateDir, 'data.sqlite');
  const processes: PlantProcess[] = [];
  mkdirSync(watchDir);
  mkdirSync(stateDir);
  return {
    folder,
    watchDir,
    stateDir,
    dbPath,
    async start(env = {}) {
      const port = Number(env.PORT ?? (await findFreePort()));
      const started = startPlant(port, { WATCH_DIR: watchDir, DB_PATH: dbPath, ...env });
      processes.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((started) => started.kill()));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function startPlant(port: number, env: Record<string, string>): PlantProcess {
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--max-semi-space-size=4', startScript], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      SITE_TIME_ZONE: 'UTC',
      POLL_INTERVAL_SEC: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // 'close' comes after 'exit', once everything it printed has arrived.
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = collectOutput(child);
  const listening = output.waitFor('Linesight is at', exited);
  listening.catch(() => {});
  const started: PlantProcess = {
    pid: child.pid ?? 0,
    origin,
    listening,
    output: output.text,
    exited,
    fetch: (path, init) => fetch(origin + path, { signal: AbortSignal.timeout(patienceMs), ...init }),
    text: async (path) => (await started.fetch(path)).text(),
    health: async () => (await started.fetch('/health')).json() as Promise<Health>,
    source: async () => {
      const [source] = (await started.health()).stats.sources;
      if (!source) throw new Error('No folder is watched');
      return source;
    },
    memory: () => readMemory(child.pid ?? 0),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    terminate: async () => {
      const startedAt = performance.now();
      child.kill('SIGTERM');
      return { code: await exited, durationMs: performance.now() - startedAt };
    },
  };
  return started;
}

function collectOutput(child: ChildProcess) {
  let text = '';
  let onText = () => {};
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-longestOutput);
    onText();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return {
    text: () => text,
    waitFor: (words: string, exited: Promise<unknown>) =>
      new Promise<void>((resolve, reject) => {
        onText = () => text.includes(words) && resolve();
        exited.then(() => reject(new Error(`Ended before it said "${words}": ${text}`)));
      }),
  };
}

function readMemory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Asks again and again until the answer is right; answers after how many ms it was. */
export async function waitUntil(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  withinMs = patienceMs,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    if (await isSo()) return performance.now() - startedAt;
    if (performance.now() - startedAt > withinMs) throw new Error(`Not within ${withinMs / 1000} s: ${what}`);
    // Where it takes long, asking often would only slow down what it waits for.
    await sleep(50 + Math.min((performance.now() - startedAt) / 10, 950));
  }
}
