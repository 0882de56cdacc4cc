import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The shortest JPEG that is complete by its markers: of old files only names are read. */
const wholeJpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
const oldMs = 3_600_000;
const filesPerTurn = 5_000;

/** An image made complete under its name at this instant; `capturedAt` is its own alone. Both epoch ms. */
export type LiveShot = { capturedAt: number; at: number };

/** The name of a live image as contract S5 has it. */
function liveName(coil: number, capturedAt: number): string {
  return `${coil}_${capturedAt}_original.jpg`;
}

/** Writes these images by turns into a folder, each put in its place complete, so many a second; answers when. */
export async function shoot(
  folder: string,
  images: readonly Buffer[],
  { count, perSecond }: { count: number; perSecond: number },
): Promise<LiveShot[]> {
  const shots: LiveShot[] = [];
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) {
    await sleep(Math.max(startedAt + (i * 1000) / perSecond - performance.now(), 0));
    const image = images[i % images.length];
    if (!image) throw new Error('There is no image to write');
    const hidden = join(folder, '.next');
    writeFileSync(hidden, image);
    const capturedAt = Date.now();
    renameSync(hidden, join(folder, liveName(Math.floor(i / 10), capturedAt)));
    shots.push({ capturedAt, at: Date.now() });
  }
  return shots;
}

/** Fills a folder with the names of images from before; the last is an hour old. */
export async function fillWithOld(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const lastAt = Date.now() - oldMs;
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, liveName(Math.floor(i / 200), lastAt - i * 1000)), wholeJpeg);
    if (i % filesPerTurn === 0) await new Promise(setImmediate);
  }
}
