import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countRows, findBookFaults, listFiles, readRows } from './books.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const pages = ['/', '/overview', '/stations/S0', '/sources', '/inspections/export.csv?period=1d'];
const olderFiles = 30_000;
const dayMs = 86_400_000;
/** As in main.ts: requests under way may take so long to finish. */
const requestGraceMs = 3_000;

/** Does the same again and again until stopped, or until the test is over. */
function repeat(work: (round: number) => Promise<unknown>): AsyncDisposable {
  let isOver = false;
  const done = (async () => {
    for (let round = 0; !isOver; round++) await work(round);
  })();
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await done;
    },
  };
}

/** Resolves once the stream is open; `end` resolves to how it ended. */
async function openStream(running: PlantProcess): Promise<{ end: Promise<'ended' | 'cut'> }> {
  const answer = await running.fetch('/stream?topics=/inspections/cards', { signal: null });
  const readAll = async () => {
    for await (const _ of answer.body!) {
      // Read until the server ends it.
    }
    return 'ended' as const;
  };
  return { end: readAll().catch(() => 'cut' as const) };
}

test('asked to end in the middle of everything it does so in order and in time, and nothing is lost', async () => {
  await using plant = createFaultPlant();
  const write = (at: number, sequence: number) =>
    writeImage(plant.watchDir, `S${sequence % 4}/OR-3CT/${imageName('OK', at, sequence)}`);
  for (let i = 0; i < olderFiles; i++) write(Date.now() - dayMs - i * 10, i);
  const running = await plant.start();
  await running.listening;
  await using machines = repeat(async (round) => {
    for (let i = 0; i < 20; i++) write(Date.now(), olderFiles + round * 20 + i);
    await sleep(20);
  });
  let cutOff = 0;
  await using readers = new AsyncDisposableStack();
  for (let i = 0; i < 8; i++) {
    readers.use(
      repeat(async (round) => {
        const answer = await running.fetch(pages[round % pages.length]!).catch(() => sleep(50));
        // An answer that has begun comes to its end.
        if (answer) await answer.text().catch(() => cutOff++);
      }),
    );
  }
  const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(running)));
  await waitUntil('it is in the middle of it', () => countRows(plant.dbPath) > olderFiles / 4);

  const ended = await running.terminate();
  // 0 says that every part stopped within the deadline of main.ts; what is cut off earlier than its grace is lost.
  expect(ended).toMatchObject({ code: 0 });
  if (ended.durationMs < requestGraceMs) expect(cutOff).toBe(0);
  expect(running.output()).not.toMatch(/"level":(?:50|60)/);
  const ends = await Promise.all(streams.map(({ end }) => end));
  expect(ends.filter((end) => end === 'ended')).toHaveLength(streams.length);
  await readers.disposeAsync();
  expect(findBookFaults(plant.dbPath)).toEqual([]);
  const countedRows = readRows(plant.dbPath);

  const again = await plant.start();
  await again.listening;
  await machines[Symbol.asyncDispose]();
  const onDisk = listFiles(plant.watchDir);
  expect(countedRows.length).toBeLessThan(onDisk.length);
  await waitUntil('all is counted', () => countRows(plant.dbPath) >= onDisk.length);
  const rows = readRows(plant.dbPath);
  expect(rows.map(({ file }) => file).sort()).toEqual(onDisk);
  const fileById = new Map(rows.map(({ id, file }) => [id, file]));
  expect(countedRows.filter(({ id, file }) => fileById.get(id) !== file)).toEqual([]);
  expect(findBookFaults(plant.dbPath)).toEqual([]);
  expect(await again.terminate()).toMatchObject({ code: 0 });
  console.log(
    `ended ${ended.durationMs.toFixed(0)} ms after SIGTERM with ${countedRows.length} of ${onDisk.length} counted`,
  );
});

test('asked to end while it starts, it ends in order', async () => {
  await using plant = createFaultPlant();
  for (let i = 0; i < 2_000; i++) writeImage(plant.watchDir, `S1/OR-3CT/${imageName('OK', Date.now(), i)}`);
  for (const afterMs of [300, 500, 700, 900]) {
    const running = await plant.start();
    await sleep(afterMs);
    const { code } = await running.terminate();
    // Before it listens to signals the system ends it, which is in order too: nothing was begun.
    expect([0, null], `after ${afterMs} ms: ${running.output()}`).toContain(code);
  }
  const last = await plant.start();
  await last.listening;
  await waitUntil('all is counted', () => countRows(plant.dbPath) === 2_000);
  expect(findBookFaults(plant.dbPath)).toEqual([]);
  expect(await last.terminate()).toMatchObject({ code: 0 });
});
