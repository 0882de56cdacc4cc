import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countRows, findBookFaults, listFiles, readRows } from './books.ts';
import { imageName, rejudge, tinyJpeg, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

/** 200 for the whole proof, `npm run faults`. */
const rounds = Number(process.env.KILL_ROUNDS ?? 8);
const firstFiles = 20_000;
const olderFilesPerRound = 2_000;
const newFilesPerRound = 40;
const rejudgedPerRound = 15;
const dayMs = 86_400_000;
const everything = 'start=2000-01-01T00:00&end=2100-01-01T00:00';

const random = (least: number, most: number) => least + Math.random() * (most - least);

/** Writes images as the machines of a plant do, and knows which there are. */
function createMachines({ watchDir }: FaultPlant) {
  const files: string[] = [];
  let sequence = 0;

  function write(at: number): void {
    sequence += 1;
    const folder = `S${sequence % 4}/OR-${sequence % 3}CT`;
    const file = `${folder}/${imageName(sequence % 10 === 0 ? 'NG' : 'OK', at, sequence)}`;
    writeImage(watchDir, file);
    files.push(file);
  }

  return {
    files,
    writeOlder: (count: number) => {
      for (let i = 0; i < count; i++) write(Date.now() - random(0.1, 30) * dayMs);
    },
    async work() {
      for (let i = 0; i < newFilesPerRound; i++) {
        write(Date.now());
        if (i % 8 === 0) await sleep(10);
      }
      for (let i = 0; i < rejudgedPerRound; i++) {
        const index = Math.floor(random(0, files.length));
        files[index] = rejudge(watchDir, files[index]!);
        // A later judgement is newer than the first.
        utimesSync(join(watchDir, files[index]!), Date.now() / 1000, Date.now() / 1000);
      }
      const overwritten = files[Math.floor(random(0, files.length))]!;
      writeImage(watchDir, overwritten, Buffer.concat([tinyJpeg, Buffer.alloc(8)]));
    },
  };
}

/** What the product has acknowledged to a client: images by id, and how many there are. */
async function readAcknowledged(plant: PlantProcess): Promise<{ total: number; units: Map<number, string> }> {
  try {
    const stats = await plant.fetch(`/api/stats?${everything}`, { method: 'POST' });
    const list = await plant.fetch('/api/v1/inspections?limit=500');
    const { total_count: total } = (await stats.json()) as { total_count: number };
    const { inspections } = (await list.json()) as { inspections: { id: number; path: string }[] };
    return { total, units: new Map(inspections.map(({ id, path }) => [id, unitOf(path)])) };
  } catch {
    return { total: 0, units: new Map() };
  }
}

/** A unit whatever its verdict. */
function unitOf(file: string): string {
  return file.replace(/(?:OK|NG)-(?=[^/]*$)/, '');
}

async function killAtRandom(plant: FaultPlant, machines: ReturnType<typeof createMachines>, round: number) {
  machines.writeOlder(olderFilesPerRound);
  const running = await plant.start();
  if (round % 7 === 0) {
    await sleep(random(0, 900));
    await running.kill();
    return undefined;
  }
  await running.listening;
  const work = machines.work();
  if (round % 3 === 0) await sleep(random(50, 600));
  else await waitForRows(plant);
  const acknowledged = round % 2 === 0 ? await readAcknowledged(running) : undefined;
  await running.kill();
  await work;
  return acknowledged;
}

/** Until so many of the older images are recorded, by chance, however slow the machine is. */
async function waitForRows({ dbPath }: FaultPlant): Promise<void> {
  const enough = countRows(dbPath) + newFilesPerRound + random(0, olderFilesPerRound);
  await waitUntil('some more are counted', () => countRows(dbPath) >= enough);
}

test(
  `a process killed ${rounds} times while it sweeps has every image once, and every count right`,
  async () => {
    await using plant = createFaultPlant();
    const machines = createMachines(plant);
    machines.writeOlder(firstFiles);
    const reported = new Map<number, string>();
    let midway = 0;
    let before = 0;
    for (let round = 1; round <= rounds; round++) {
      const acknowledged = await killAtRandom(plant, machines, round);
      expect(findBookFaults(plant.dbPath), `after kill ${round}`).toEqual([]);
      const rows = countRows(plant.dbPath);
      expect(rows).toBeGreaterThanOrEqual(acknowledged?.total ?? 0);
      for (const [id, unit] of acknowledged?.units ?? []) reported.set(id, unit);
      if (rows > before && rows < machines.files.length) midway += 1;
      before = rows;
    }
    // Kills before the first batch or after the last prove little.
    expect(midway).toBeGreaterThan(rounds / 4);

    const last = await plant.start();
    await waitUntil('all is counted', () => countRows(plant.dbPath) >= machines.files.length);
    await waitUntil('the scanner rests', async () => {
      const { backfill, incomplete } = await last.source();
      return backfill === null && incomplete === 0;
    });
    await sleep(1_500);
    const onDisk = listFiles(plant.watchDir);
    expect(onDisk).toEqual([...machines.files].sort());
    const rows = readRows(plant.dbPath);
    expect(
      rows
        .filter((row) => row.missingAt === null)
        .map((row) => row.file)
        .sort(),
    ).toEqual(onDisk);
    expect(rows).toHaveLength(onDisk.length);
    expect(rows.filter(({ file, verdict }) => !file.includes(`/${verdict}-`))).toEqual([]);
    expect(findBookFaults(plant.dbPath)).toEqual([]);
    const units = new Map(rows.map(({ id, file }) => [id, unitOf(file)]));
    expect([...reported].filter(([id, unit]) => units.get(id) !== unit)).toEqual([]);
    expect((await readAcknowledged(last)).total).toBe(onDisk.length);
    expect(await last.terminate()).toMatchObject({ code: 0 });
    console.log(
      `killed ${rounds} times, ${midway} of them midway; ${onDisk.length} files, ${rows.length} rows`,
    );
  },
  120_000 + rounds * 15_000,
);
