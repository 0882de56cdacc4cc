import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeCoilPictures } from '../simulator/demo-coils.ts';
import { removeDemoImages } from '../simulator/demo-folder.ts';
import { demoStations } from '../simulator/plant-stations.ts';
import { createDemoFiles } from './demo-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'linesight-demo-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const removeImages = (folder: string) => removeDemoImages(folder, demoStations);

function write(path: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), 'drawn');
}

test('a folder that held other files keeps all files but the demo plant’s own', async () => {
  writeFileSync(join(dir, 'notes.txt'), 'ours');
  write('S9/OR-3CT/OK-20250906-102131-132.jpg');
  const files = createDemoFiles(dir, false, removeImages);
  await files.begin();
  expect(await files.areOurs()).toBe(false);
  await files.remove();
  expect(readdirSync(dir)).toEqual(['S9', 'notes.txt']);
  expect(readdirSync(join(dir, 'S9', 'OR-3CT'))).toHaveLength(1);
  expect(await files.exist()).toBe(false);
});

test.each([
  { folder: 'an empty folder', isOwn: false, held: [] },
  { folder: 'the folder beside the database', isOwn: true, held: ['S9/OR-2CT'] },
])('$folder goes whole where the plant made all that is in it', async ({ isOwn, held }) => {
  const path = join(dir, 'demo');
  for (const name of held) mkdirSync(join(path, name), { recursive: true });
  const files = createDemoFiles(path, isOwn, removeImages);
  await files.begin();
  expect(await files.areOurs()).toBe(true);
  for (const name of ['OK-20250906-102131-132.jpg', 'calibration-001.jpg', '.tmp-NG-20250906-102131-133.jpg'])
    write(`demo/S9/OR-3CT/${name}`);
  await files.remove();
  expect(existsSync(path)).toBe(false);
  // Again, after a process died before it could note that this was done.
  await files.remove();
  expect(existsSync(path)).toBe(false);
});

test('what a camera wrote to the folder of the demo plant stays when that goes', async () => {
  const files = createDemoFiles(dir, true, removeImages);
  await files.begin();
  const foreign = ['S1/A/OK-20250906-102131-132.jpg', 'S9/OR-3CT/IMG_0001.jpg', 'S9/other/report.pdf'];
  for (const path of [...foreign, 'S9/OR-3CT/OK-20250906-102131-132.jpg', 'S12/HX-1/calibration-002.jpg'])
    write(path);
  await files.remove();
  const left = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(left.map(({ parentPath, name }) => relative(dir, join(parentPath, name))).sort()).toEqual(foreign);
  expect(existsSync(join(dir, 'S12'))).toBe(false);
});

test('of a coil line the pictures that it drew go', async () => {
  const files = createDemoFiles(dir, true, removeCoilPictures);
  await files.begin();
  write('original/20250906102131_2891_1757121691000_original.jpg');
  write('labeled/.tmp-20250906102131_2891_1757121691000_labeled.jpg');
  write('labeled/20250906102131_77.jpg');
  await files.remove();
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual(['labeled', 'labeled/20250906102131_77.jpg']);
});

test('a stop is kept for the next start', async () => {
  const files = createDemoFiles(dir, true, removeImages);
  await files.begin();
  expect(await files.isStopped()).toBe(false);
  await files.setStopped(true);
  expect(await createDemoFiles(dir, true, removeImages).isStopped()).toBe(true);
  await files.setStopped(false);
  expect(await files.isStopped()).toBe(false);
});
