import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { writePlainPictures } from '../testing/demo-fixture.ts';
import { findFreePort } from '../testing/free-port.ts';
import { startDemoPlant } from './demo-plant.ts';
import type { PlantTruth } from './plant-truth.ts';

const timeZone = 'Asia/Seoul';
const startScript = fileURLToPath(new URL('../start.js', import.meta.url));
const demoScript = fileURLToPath(new URL('./demo.ts', import.meta.url));
/** Longer than a busy machine takes for a history of some days. */
const patienceMs = 240_000;
const testMs = 300_000;
let dir: string;
let children: ChildProcess[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linesight-demo-e2e-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

function launch(args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', SITE_TIME_ZONE: timeZone, ...env },
    stdio: 'ignore',
  });
  children.push(child);
  return child;
}

/** How many files the server has counted; 0 while it does not answer. */
async function countKnown(origin: string): Promise<number> {
  try {
    const health = (await (await fetch(`${origin}/health`)).json()) as {
      stats: { sources: { knownFiles: number; backfill: object | null }[] };
    };
    const [source] = health.stats.sources;
    return source?.backfill === null ? source.knownFiles : 0;
  } catch {
    return 0;
  }
}

async function waitUntil(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (await condition()) return;
    await sleep(100);
  }
  throw new Error(`${what} did not happen within ${patienceMs / 1000} s`);
}

type Totals = { totals: { ok: number; ng: number; total: number; rate: number | null } };

async function askStats(origin: string, startAt: number, endAt: number): Promise<object> {
  const query = new URLSearchParams({
    start: new Date(startAt).toISOString(),
    end: new Date(endAt).toISOString(),
  });
  const answer = await fetch(`${origin}/api/stats?${query}`, { method: 'POST' });
  const { stations } = (await answer.json()) as { stations: Record<string, Totals> };
  const counted = Object.entries(stations).filter(([, { totals }]) => totals.total > 0);
  return Object.fromEntries(
    counted.map(
      ([
        station,
        {
          totals: { ok, ng, total },
        },
      ]) => [station, { ok, ng, total }],
    ),
  );
}

function totalsOf(truth: PlantTruth): object {
  return Object.fromEntries(
    truth.stations.map(({ station, counts: { ok, ng, unmatched } }) => [
      station,
      { ok, ng, total: ok + ng + unmatched },
    ]),
  );
}

test(
  'the dashboard’s totals are the demo plant’s truth',
  async () => {
    // What the pictures show is no part of the totals, and drawing them takes half a minute of a processor.
    await writePlainPictures(join(dir, 'images', '.linesight-demo'));
    const plant = startDemoPlant({
      dir: join(dir, 'images'),
      seed: '7',
      clock: systemClock,
      log: createLog({ level: 'silent', pretty: false }),
      timeZone,
    });
    await plant.ready;
    const port = await findFreePort();
    const origin = `http://127.0.0.1:${port}`;
    launch([startScript], {
      PORT: String(port),
      WATCH_DIR: join(dir, 'images'),
      DB_PATH: join(dir, 'state', 'data.sqlite'),
    });
    await waitUntil(async () => (await countKnown(origin)) > 1_000, 'counting the history');
    await sleep(3_000);
    await plant.stop();
    await waitUntil(
      async () => (await countKnown(origin)) === plant.stats().images,
      'counting the newest images',
    );

    const minuteMs = 60_000;
    const endAt = (Math.floor(systemClock.now() / minuteMs) + 1) * minuteMs;
    for (const minutes of [60, 24 * 60, 8 * 24 * 60]) {
      const startAt = endAt - minutes * minuteMs;
      expect(await askStats(origin, startAt, endAt)).toEqual(totalsOf(plant.truth({ startAt, endAt })));
    }
  },
  testMs,
);

test(
  'npm run demo shows a plant, and one Ctrl-C ends plant and server',
  async () => {
    const port = await findFreePort();
    const origin = `http://127.0.0.1:${port}`;
    // How pictures are drawn on the way is shown by the button of the empty page and by the tests of the pool.
    await writePlainPictures(join(dir, 'demo', 'images', '.linesight-demo'));
    const demo = launch([demoScript, '--dir', join(dir, 'demo'), '--port', String(port)], {});
    await waitUntil(async () => (await countKnown(origin)) > 1_000, 'the demo');
    demo.kill('SIGINT');
    const [code] = (await once(demo, 'exit')) as [number];
    expect(code).toBe(0);
    await expect(fetch(`${origin}/health`)).rejects.toThrow();
  },
  testMs,
);
