import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkRoot } from './root-check.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-root-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const nothingExcluded = () => false;

test('a folder that does not exist, and a file in its place, are told apart', async () => {
  const folder = createFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await checkRoot(join(folder, 'none'), nothingExcluded, 0)).toMatchObject({
    ...{ online: false, reasonCode: 'missing', reason: 'The folder does not exist', isMissing: true },
  });
  expect(await checkRoot(file, nothingExcluded, 0)).toMatchObject({
    ...{ online: false, reasonCode: 'not_a_folder', reason: 'This is a file, not a folder', isMissing: true },
  });
});

test('an empty folder is online while nothing was known in it, and a lost share once images were', async () => {
  const folder = createFolder();
  expect(await checkRoot(folder, nothingExcluded, 0)).toEqual({ online: true, isEmpty: true });
  expect(await checkRoot(folder, nothingExcluded, 7)).toMatchObject({
    ...{ online: false, reasonCode: 'emptied', isMissing: false },
    reason: expect.stringContaining('7 images'),
  });
  mkdirSync(join(folder, 'S9'));
  expect(await checkRoot(folder, nothingExcluded, 7)).toEqual({ online: true, isEmpty: false });
});
