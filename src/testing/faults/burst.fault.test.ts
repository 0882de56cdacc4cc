import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countRows, findBookFaults, listFiles, readRows } from './books.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

/** As fast as they can be written; 100 000 for the whole proof, `npm run faults`. */
const burstFiles = Number(process.env.BURST_FILES ?? 20_000);
const filesPerTurn = 200;
const megabyte = 1024 * 1024;
/** What `BUDGETS` allows while a million files are swept. */
const mostMemory = 450 * megabyte;

/** Asks for pages one after another until stopped; answers how long each took, in ms, shortest first. */
function watchPages(running: PlantProcess) {
  const times: number[] = [];
  let isOver = false;
  const done = (async () => {
    for (let i = 0; !isOver; i++) {
      const startedAt = performance.now();
      const answer = await running.fetch(['/', '/overview', '/sources', '/stations/S1'][i % 4]!);
      await answer.text();
      if (answer.ok || (answer.status === 404 && i < 40)) times.push(performance.now() - startedAt);
      else throw new Error(`A page answered ${answer.status}`);
      await sleep(20);
    }
  })();
  // Where the test ends early, nobody waits for the last page; `stop` still throws what went wrong.
  done.catch(() => {});
  return {
    async stop() {
      isOver = true;
      await done;
      return times.sort((a, b) => a - b);
    },
  };
}

test(`${burstFiles} images in one go are counted once each, while pages answer and memory stays`, async () => {
  await using plant = createFaultPlant();
  const running = await plant.start({ WATCH_MODE: 'events', POLL_INTERVAL_SEC: '5' });
  await running.listening;
  const pages = watchPages(running);
  const startedAt = performance.now();
  const at = Date.now();
  for (let i = 0; i < burstFiles; i++) {
    const folder = `S${i % 5}/OR-${i % 2}CT`;
    writeImage(plant.watchDir, `${folder}/${imageName(i % 20 === 0 ? 'NG' : 'OK', at, i)}`);
    if (i % filesPerTurn === 0) await sleep(1);
  }
  const writtenMs = performance.now() - startedAt;
  await waitUntil('all are counted', () => countRows(plant.dbPath) >= burstFiles);
  const countedMs = performance.now() - startedAt;
  const times = await pages.stop();

  expect(
    readRows(plant.dbPath)
      .map(({ file }) => file)
      .sort(),
  ).toEqual(listFiles(plant.watchDir));
  expect(countRows(plant.dbPath)).toBe(burstFiles);
  expect(findBookFaults(plant.dbPath)).toEqual([]);
  const { peak } = running.memory();
  expect(peak).toBeLessThan(mostMemory);
  expect(times.length).toBeGreaterThan(5);
  console.log(
    `${burstFiles} files written in ${(writtenMs / 1000).toFixed(1)} s, counted after ${(countedMs / 1000).toFixed(1)} s;`,
    `${times.length} pages, median ${times[times.length >> 1]!.toFixed(0)} ms, slowest ${times.at(-1)!.toFixed(0)} ms;`,
    `memory at most ${(peak / megabyte).toFixed(0)} MB`,
  );
});
