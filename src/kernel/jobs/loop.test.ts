import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log.ts';
import { type Loop, startLoop } from './loop.ts';

const never = 3_600_000;

function loopOf(
  run: (signal: AbortSignal) => Promise<void>,
  options: { intervalMs: number; runAtStart?: boolean },
) {
  const lines: string[] = [];
  const log = createLog({ level: 'info', pretty: false, destination: { write: (line) => lines.push(line) } });
  const loop: Loop = startLoop({ name: 'test', run, log, ...options });
  onTestFinished(() => loop.stop());
  return { loop, lines };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

test('a task repeats after its interval', async () => {
  let runs = 0;
  loopOf(async () => void runs++, { intervalMs: 2 });
  expect(runs).toBe(0);
  await until(() => runs >= 3);
});

test('a slow task never runs twice at the same time, however often it is asked for', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const { loop } = loopOf(
    async () => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      runs++;
    },
    { intervalMs: 1 },
  );
  await Promise.all([loop.trigger(), loop.trigger(), loop.trigger()]);
  await until(() => runs >= 4);
  expect(most).toBe(1);
});

test('asking during a run brings exactly one more run, begun after the asking', async () => {
  const begun: number[] = [];
  const { loop } = loopOf(
    async () => {
      begun.push(begun.length);
      await sleep(5);
    },
    { intervalMs: never, runAtStart: true },
  );
  expect(begun).toHaveLength(1);
  await Promise.all([loop.trigger(), loop.trigger()]);
  expect(begun).toHaveLength(2);
});

test('a failing run is logged by name and the next one still comes', async () => {
  let runs = 0;
  const { lines } = loopOf(
    async () => {
      if (++runs === 1) throw new Error('disk went away');
    },
    { intervalMs: 1, runAtStart: true },
  );
  await until(() => runs >= 2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ loop: 'test', err: { message: 'disk went away' } });
});

test('stopping aborts the run under way, waits for it and starts no other', async () => {
  let runs = 0;
  let ended = false;
  const { loop, lines } = loopOf(
    async (signal) => {
      runs++;
      await sleep(never, undefined, { signal }).finally(() => {
        ended = true;
      });
    },
    { intervalMs: 1, runAtStart: true },
  );
  const queued = loop.trigger();
  await loop.stop();
  expect(ended).toBe(true);
  await queued;
  await loop.trigger();
  expect(runs).toBe(1);
  expect(lines).toEqual([]);
});
