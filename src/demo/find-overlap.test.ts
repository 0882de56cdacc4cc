import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findOverlap } from './find-overlap.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'linesight-overlap-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  { demo: 'data', real: 'data', where: 'the same folder' },
  { demo: 'data/demo', real: 'data', where: 'a folder inside' },
  { demo: 'data', real: 'data/line1', where: 'a folder around' },
  { demo: 'demo', real: 'demo-live', where: 'the folder of its coil line' },
  { demo: 'demo', real: 'demo-live/original', where: 'a folder in that of its coil line' },
])('$where is an overlap', async ({ demo, real }) => {
  expect(await findOverlap(join(root, demo), [join(root, 'else'), join(root, real)])).toBe(join(root, real));
});

test('a folder with the same beginning of its name is none', async () => {
  const others = ['demo-2', 'demo-live-2', 'dem'].map((name) => join(root, name));
  expect(await findOverlap(join(root, 'demo'), others)).toBeUndefined();
});

test('links are followed, also to a folder that is made later', async () => {
  mkdirSync(join(root, 'data'));
  symlinkSync(join(root, 'data'), join(root, 'link'));
  expect(await findOverlap(join(root, 'link', 'demo'), [join(root, 'data')])).toBe(join(root, 'data'));
  expect(await findOverlap(join(root, 'data'), [join(root, 'link')])).toBe(join(root, 'link'));
});
