import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireOrSkip } from './services.ts';

function folderWith(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-services-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), '#!/bin/sh\n');
  chmodSync(join(folder, path), 0o755);
  return folder;
}

test('a program is found in the search path', () => {
  const folder = folderWith('redis-server');
  const found = requireOrSkip('redis-server', { env: { PATH: `/nowhere:${folder}` }, folders: [] });
  expect(found).toEqual({ path: join(folder, 'redis-server'), missing: false });
});

test('a program is found where its package puts it, outside the search path', () => {
  const folder = folderWith('17/bin/postgres');
  const found = requireOrSkip('postgres', { env: {}, folders: [join(folder, '*/bin')] });
  expect(found.path).toBe(join(folder, '17/bin/postgres'));
});

test('a missing program lets its tests be skipped', () => {
  expect(requireOrSkip('chromium', { env: {}, folders: [] })).toEqual({ path: '', missing: true });
});

test('where every test must run, a missing program is an error', () => {
  const machine = { env: { REQUIRE_SERVICES: '1' }, folders: [] };
  expect(() => requireOrSkip('mariadbd', machine)).toThrow('mariadbd is not installed');
});
