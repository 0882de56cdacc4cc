import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nestedFolders, splitFolders } from './split-folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'linesight-folders-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['/data', ['/data']],
  ['/a;/b', ['/a', '/b']],
  [' /a ; /b/ ;', ['/a', '/b']],
  ['/a;/a', ['/a']],
  [';', [';']],
  ['/srv/images, old & new', ['/srv/images, old & new']],
])('%j names the folders %j', (text, paths) => {
  expect(splitFolders(text)).toEqual(paths);
});

test('a folder whose name contains the separator is one folder', () => {
  const odd = join(folder, 'line 1; line 2');
  mkdirSync(odd);
  expect(splitFolders(odd)).toEqual([odd]);
});

test('a folder inside another one is named with it', () => {
  expect(nestedFolders(['/a', '/a/b', '/ab'])).toEqual([{ path: '/a/b', within: '/a' }]);
});
