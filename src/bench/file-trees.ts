import { closeSync, linkSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../simulator/random.ts';

/** The shortest JPEG that is complete by its markers: what is measured are folders and names, not pictures. */
const wholeJpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
const secondsBetween = 1.5;
const ngRate = 0.05;
/** After so many files others get a turn, Ctrl-C for one. */
const filesPerTurn = 5_000;

/** `OK-20250906-102131-132.jpg` for an instant, in UTC. */
export function imageName(verdict: 'OK' | 'NG', capturedAt: number, sequence: number): string {
  const digits = new Date(capturedAt).toISOString().replace(/\D/g, '');
  return `${verdict}-${digits.slice(0, 8)}-${digits.slice(8, 14)}-${sequence}.jpg`;
}

/** Names of a station's images, one each 1.5 s, the last one now. */
function* imageNames(count: number): Generator<string> {
  const random = createRandom('bench:names');
  const startAt = Date.now() - count * secondsBetween * 1000;
  for (let i = 0; i < count; i++) {
    yield imageName(random.chance(ngRate) ? 'NG' : 'OK', startAt + i * secondsBetween * 1000, i + 1);
  }
}

/** A watched folder with all its images in one folder, `S9/OR-3CT`; answers that folder. */
export async function makeFlatTree(watchDir: string, count: number): Promise<string> {
  const folder = join(watchDir, 'S9', 'OR-3CT');
  mkdirSync(folder, { recursive: true });
  let made = 0;
  for (const name of imageNames(count)) {
    const file = openSync(join(folder, name), 'wx');
    writeSync(file, wholeJpeg);
    closeSync(file);
    if (++made % filesPerTurn === 0) await new Promise(setImmediate);
  }
  settle([folder]);
  return folder;
}

/**
 * As an archive is found: of a folder that changed within ten minutes the product opens every file, because it may still
 * be being written, which takes three to four times as long.
 */
function settle(folders: readonly string[]): void {
  const daysAgo = new Date(Date.now() - 2 * 86_400_000);
  for (const folder of folders) utimesSync(folder, daysAgo, daysAgo);
}

/** The same images spread evenly over many folders of a second watched folder, as further names of the same files. */
export async function spreadTree(
  flatFolder: string,
  names: readonly string[],
  watchDir: string,
  folders: number,
) {
  const stations = Math.ceil(Math.sqrt(folders));
  const paths = Array.from({ length: folders }, (_, i) =>
    join(watchDir, `S${(i % stations) + 1}`, `OR-${Math.floor(i / stations) + 1}CT`),
  );
  for (const path of paths) mkdirSync(path, { recursive: true });
  for (const [i, name] of names.entries()) {
    linkSync(join(flatFolder, name), join(paths[i % folders] ?? watchDir, name));
    if (i % filesPerTurn === 0) await new Promise(setImmediate);
  }
  settle(paths);
}
