import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRootCheck } from './root-check.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-root-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const nothingExcluded = () => false;

test('a folder that does not exist is distinguished from a file at its path', async () => {
  const folder = createFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await createRootCheck(join(folder, 'none'), nothingExcluded)(0)).toMatchObject({
    online: false,
    reasonCode: 'missing',
    reason: 'The folder does not exist',
    isMissing: true,
  });
  expect(await createRootCheck(file, nothingExcluded)(0)).toMatchObject({
    online: false,
    reasonCode: 'not_a_folder',
    reason: 'This is a file, not a folder',
    isMissing: true,
  });
});

test('an empty folder is online while nothing was known in it, and a lost share once images were', async () => {
  const folder = createFolder();
  expect(await createRootCheck(folder, nothingExcluded)(0)).toMatchObject({ online: true, isEmpty: true });
  expect(await createRootCheck(folder, nothingExcluded)(7)).toMatchObject({
    online: false,
    reasonCode: 'emptied',
    isMissing: false,
    reason: expect.stringContaining('7 images'),
  });
  mkdirSync(join(folder, 'S9'));
  expect(await createRootCheck(folder, nothingExcluded)(7)).toMatchObject({ online: true, isEmpty: false });
});

test('another folder at the same path has another identity', async () => {
  const folder = createFolder();
  const path = join(folder, 'share');
  const check = createRootCheck(path, nothingExcluded);
  const identities = new Set<unknown>();
  for (const name of ['share', 'other']) {
    mkdirSync(join(folder, name));
    if (name !== 'share') {
      renameSync(path, join(folder, 'before'));
      renameSync(join(folder, name), path);
    }
    const first = await check(0);
    expect(await check(0)).toEqual(first);
    identities.add(first.online && first.identity);
  }
  expect(identities.size).toBe(2);
});
