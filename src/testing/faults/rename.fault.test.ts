import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type BookedRow, findBookFaults, readRows } from './books.ts';
import { imageName, rejudge, tinyJpeg, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const folder = 'S9/OR-3CT';
const units = 60;

type Stats = { totals: { total: number; ok: number; ng: number } };

async function readTotals(running: PlantProcess): Promise<Stats['totals'] | undefined> {
  const answer = await running.fetch('/api/stats?period=1d', { method: 'POST' });
  const { stations } = (await answer.json()) as { stations: Record<string, Stats> };
  return stations.S9?.totals;
}

/** What an inspection machine and people do to files in a morning; answers the files there should be. */
async function workOn({ watchDir }: FaultPlant, at: number): Promise<Record<string, string[]>> {
  const file = (sequence: number, verdict: 'OK' | 'NG' = 'OK') =>
    `${folder}/${imageName(verdict, at, sequence)}`;
  const path = (name: string) => join(watchDir, name);
  const pick = (from: number) => Array.from({ length: 10 }, (_, i) => from + i);
  const rejudged = pick(0).map((sequence) => rejudge(watchDir, file(sequence)));
  const twice = pick(10).map((sequence) => rejudge(watchDir, rejudge(watchDir, file(sequence))));
  const overwritten = pick(20).map((sequence) => file(sequence));
  for (const name of overwritten) writeFileSync(path(name), Buffer.concat([tinyJpeg, Buffer.alloc(9)]));
  const deleted = pick(30).map((sequence) => file(sequence));
  for (const name of deleted) rmSync(path(name));
  // Written under a name for the time being and renamed once complete.
  const arrived = pick(100).map((sequence) => file(sequence, 'NG'));
  for (const name of arrived) {
    writeImage(watchDir, `${name}.tmp`);
    renameSync(path(`${name}.tmp`), path(name));
  }
  // The counter was set back: the same COUNTs again, some minutes later.
  const again = pick(40).map((sequence) => `${folder}/${imageName('OK', at + 300_000, sequence)}`);
  for (const name of again) writeImage(watchDir, name);
  // Deleted, and copied to the name of the other verdict: another file on the disk, so an image of its own.
  const copied = pick(50).map((sequence) => file(sequence, 'NG'));
  for (const [i, name] of copied.entries()) {
    writeImage(watchDir, name);
    utimesSync(path(name), Date.now() / 1000 + 2, Date.now() / 1000 + 2);
    rmSync(path(file(50 + i)));
  }
  return { rejudged, twice, overwritten, deleted, arrived, again, copied };
}

describe.concurrent('files that are renamed, overwritten, deleted and come again', () => {
  for (const mode of ['events', 'poll']) {
    test(`are one inspection each (${mode})`, async () => {
      await using plant = createFaultPlant();
      const at = Date.now() - 600_000;
      for (let i = 0; i < units; i++) writeImage(plant.watchDir, `${folder}/${imageName('OK', at, i)}`);
      const running = await plant.start({ WATCH_MODE: mode });
      await running.listening;
      await waitUntil('all are counted', () => readRows(plant.dbPath).length === units);
      const before = new Map(readRows(plant.dbPath).map((row) => [row.file, row]));
      await sleep(1_500);
      const done = await workOn(plant, at);
      const isSettled = () => {
        const rows = readRows(plant.dbPath);
        return rows.length === units + 30 && rows.filter(({ missingAt }) => missingAt !== null).length === 20;
      };
      await waitUntil('all is settled', isSettled);
      await sleep(1_500);
      expectSettled(readRows(plant.dbPath), before, done, mode);
      expect(findBookFaults(plant.dbPath)).toEqual([]);
      // 10 of the first 60 are judged NG now, 20 new ones were NG at once, and 10 COUNTs came again as OK.
      expect(await readTotals(running)).toMatchObject({ total: units + 30, ok: 60, ng: 30 });
    });
  }
});

function expectSettled(
  rows: readonly BookedRow[],
  before: ReadonlyMap<string, BookedRow>,
  done: Record<string, string[]>,
  mode: string,
): void {
  const byFile = new Map(rows.map((row) => [row.file, row]));
  const rowsOf = (files: readonly string[] = []) => files.map((file) => byFile.get(file));
  const asOk = (file: string) => file.replace('/NG-', '/OK-');
  for (const row of rowsOf(done.rejudged)) {
    expect(row).toMatchObject({ verdict: 'NG', missingAt: null, id: before.get(asOk(row!.file))!.id });
    expect(row!.revision).toBeGreaterThan(0);
  }
  for (const row of rowsOf(done.twice)) expect(row).toMatchObject({ verdict: 'OK', missingAt: null });
  for (const row of rowsOf(done.deleted))
    expect(row).toMatchObject({ verdict: 'OK', missingAt: expect.any(Number) });
  const originals = done.copied?.map((file) => file.replace('/NG-', '/OK-'));
  for (const row of rowsOf(originals))
    expect(row).toMatchObject({ verdict: 'OK', missingAt: expect.any(Number) });
  for (const row of [...rowsOf(done.copied), ...rowsOf(done.arrived)])
    expect(row).toMatchObject({ verdict: 'NG', missingAt: null });
  for (const row of rowsOf(done.again)) expect(row).toMatchObject({ verdict: 'OK', missingAt: null });
  // A file written over in place changes nothing in its folder: without events the next look into all files tells.
  if (mode === 'events') for (const row of rowsOf(done.overwritten)) expect(row?.revision).toBeGreaterThan(0);
}
