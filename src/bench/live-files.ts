import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../simulator/random.ts';
import { imageName } from './file-trees.ts';

/** COUNTs of a station start here, so that every file of a plant has a COUNT of its own. */
const countsPerStation = 1_000_000;
const ngRate = 0.05;

/** Number of the station a COUNT is from. */
export function stationOfCount(sequence: number): number {
  return Math.floor(sequence / countsPerStation) - 1;
}

/** A file made complete under its name at this instant (epoch ms). */
export type WrittenFile = { sequence: number; station: number; at: number };

/** Stations whose cameras deliver images one by one, each file complete the moment its name appears. */
export type LivePlant = {
  /** Writes the next image of the next station. */
  write(): WrittenFile;
  /** Writes this many a second for so long; answers what was written when. */
  writeFor(seconds: number, perSecond: number): Promise<WrittenFile[]>;
};

/** `station` numbers start at 0; the first writes into the folder `S9/OR-3CT` of the large trees. */
export function createLivePlant(watchDir: string, stations: number, image: Buffer): LivePlant {
  const random = createRandom('bench:live');
  const counts = Array.from({ length: stations }, (_, station) => (station + 1) * countsPerStation);
  const folders = counts.map((_, station) => join(watchDir, `S${9 + station}`, 'OR-3CT'));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  let next = 0;

  function write(): WrittenFile {
    const station = next++ % stations;
    const sequence = (counts[station] ?? 0) + 1;
    counts[station] = sequence;
    const folder = folders[station] ?? watchDir;
    const hidden = join(folder, `.${sequence}`);
    writeFileSync(hidden, image);
    const name = imageName(random.chance(ngRate) ? 'NG' : 'OK', Date.now(), sequence);
    renameSync(hidden, join(folder, name));
    return { sequence, station, at: Date.now() };
  }

  async function writeFor(seconds: number, perSecond: number): Promise<WrittenFile[]> {
    const written: WrittenFile[] = [];
    const startedAt = performance.now();
    for (let i = 0; i < seconds * perSecond; i++) {
      const dueMs = startedAt + (i * 1000) / perSecond - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(dueMs, 0)));
      written.push(write());
    }
    return written;
  }

  return { write, writeFor };
}
