import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isMissing } from '../database-servers.ts';
import { createServerDatabase } from '../databases.ts';
import { findBookFaults, listFiles } from './books.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const filesPerFolder = 1_500;
const everything = 'start=2000-01-01T00:00&end=2100-01-01T00:00';

/** `npm run faults` takes MariaDB as well; what the statements do there, the `.sql` tests say. */
const kinds = process.env.KILL_DATABASES ?? 'sqlite,postgres';
const dialects = (['sqlite', 'postgres', 'mariadb'] as const).filter(
  (kind) => kinds.includes(kind) && (kind === 'sqlite' || !isMissing(kind)),
);

type Totals = Record<string, { total: number; ng: number }>;

/** Two stations that count alike, so that half of the names of one are those of the other, and a third one. */
function writeFiles({ watchDir }: FaultPlant): number {
  const at = Date.now() - 86_400_000;
  for (let i = 0; i < filesPerFolder; i++) {
    const isNg = i % 10 === 0;
    writeImage(watchDir, `S1/A/${imageName(isNg ? 'NG' : 'OK', at + i * 1_000, i)}`);
    writeImage(watchDir, `S2/A/${imageName(isNg && i % 20 === 0 ? 'NG' : 'OK', at + i * 1_000, i)}`);
    writeImage(watchDir, `S3/B/${imageName('OK', at + i * 1_000, i)}`);
  }
  return 3 * filesPerFolder;
}

function countFiles({ watchDir }: FaultPlant): Totals {
  const totals: Totals = {};
  for (const file of listFiles(watchDir)) {
    const station = file.split('/')[0] ?? '';
    const one = totals[station] ?? { total: 0, ng: 0 };
    totals[station] = { total: one.total + 1, ng: one.ng + Number(file.includes('/NG-')) };
  }
  return totals;
}

/** Of each station that has images. */
async function readTotals(running: PlantProcess): Promise<Totals> {
  const answer = await running.fetch(`/api/stats?${everything}`, { method: 'POST' });
  const { stations } = (await answer.json()) as { stations: Record<string, { totals: Totals[string] }> };
  return Object.fromEntries(
    Object.entries(stations).flatMap(([name, { totals }]) =>
      totals.total === 0 ? [] : [[name, { total: totals.total, ng: totals.ng }]],
    ),
  );
}

/** S1 and S2 change places, and the folder of S3 becomes one of S1's models. */
function changePlaces({ folder, watchDir }: FaultPlant): void {
  const move = (from: string, to: string) => {
    mkdirSync(dirname(join(watchDir, to)), { recursive: true });
    renameSync(join(watchDir, from), join(watchDir, to));
  };
  renameSync(join(watchDir, 'S1'), join(folder, 'between'));
  move('S2', 'S1');
  renameSync(join(folder, 'between'), join(watchDir, 'S2'));
  move('S3/B', 'S1/B');
}

test.each(dialects)(
  'folders that change places are counted as they stand on %s, however often the program is killed',
  async (kind) => {
    await using plant = createFaultPlant();
    const url = kind === 'sqlite' ? undefined : await createServerDatabase(kind);
    const env: Record<string, string> = { DEMO: '0', ACCESS: 'open', ...(url && { DATABASE_URL: url }) };
    const files = writeFiles(plant);
    const first = await plant.start(env);
    await first.listening;
    const sumOf = (totals: Totals) => Object.values(totals).reduce((sum, { total }) => sum + total, 0);
    await waitUntil('all are counted', async () => sumOf(await readTotals(first)) === files);
    expect(await readTotals(first)).toEqual(countFiles(plant));
    // A listing that is not saved yet does not know its folder's number.
    await waitUntil('the first sweep is over', async () => (await first.source()).lastSweep !== null);
    await sleep(2_000);
    await first.kill();

    changePlaces(plant);
    for (const ms of [0, 300, 900, 2_200]) {
      const killed = await plant.start(env);
      await killed.listening;
      await sleep(ms);
      await killed.kill();
      if (kind === 'sqlite') expect(findBookFaults(plant.dbPath), `killed after ${ms} ms`).toEqual([]);
    }
    const last = await plant.start(env);
    await last.listening;
    const expected = countFiles(plant);
    await waitUntil('every image is counted where its file is', async () => {
      const totals = await readTotals(last);
      return (
        JSON.stringify(Object.entries(totals).sort()) === JSON.stringify(Object.entries(expected).sort())
      );
    });
    await sleep(2_500);
    expect(await readTotals(last)).toEqual(expected);
    if (kind === 'sqlite') expect(findBookFaults(plant.dbPath)).toEqual([]);
  },
  400_000,
);
