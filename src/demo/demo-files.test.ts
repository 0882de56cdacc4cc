import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDemoFiles } from './demo-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'linesight-demo-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a folder that held other files keeps all files but the demo plant’s own', async () => {
  writeFileSync(join(dir, 'notes.txt'), 'ours');
  const files = createDemoFiles(dir, false);
  await files.begin();
  mkdirSync(join(dir, 'S9'));
  expect(await files.areOurs()).toBe(false);
  await files.remove();
  expect(readdirSync(dir)).toEqual(['S9', 'notes.txt']);
  expect(await files.exist()).toBe(false);
});

test.each([
  { folder: 'an empty folder', isOwn: false, held: [] },
  { folder: 'the folder beside the database', isOwn: true, held: ['S9'] },
])('$folder goes whole', async ({ isOwn, held }) => {
  const path = join(dir, 'demo');
  for (const name of held) mkdirSync(join(path, name), { recursive: true });
  const files = createDemoFiles(path, isOwn);
  await files.begin();
  expect(await files.areOurs()).toBe(true);
  writeFileSync(join(path, 'drawn.jpg'), 'drawn');
  await files.remove();
  expect(existsSync(path)).toBe(false);
  // Again, after a process died before it could note that this was done.
  await files.remove();
  expect(existsSync(path)).toBe(false);
});

test('a stop is kept for the next start', async () => {
  const files = createDemoFiles(dir, true);
  await files.begin();
  expect(await files.isStopped()).toBe(false);
  await files.setStopped(true);
  expect(await createDemoFiles(dir, true).isStopped()).toBe(true);
  await files.setStopped(false);
  expect(await files.isStopped()).toBe(false);
});
