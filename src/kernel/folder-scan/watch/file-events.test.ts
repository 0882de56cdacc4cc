import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../log.ts';
import { identityOf } from '../disk/root-check.ts';
import { createFileEvents } from './file-events.ts';

/** A watched root with some folders, and the names that were heard. */
function openWatch(folders: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'file-events-'));
  const at = (path: string) => join(root, path);
  for (const folder of folders) mkdirSync(at(folder), { recursive: true });
  const heard: string[] = [];
  const watch = createFileEvents({
    root,
    isExcluded: () => false,
    isImageName: () => true,
    isFlat: true,
    log: createLog({ level: 'silent', pretty: false }),
    onName: (folder, name) => heard.push(`${folder}/${name}`),
    onFolder: () => {},
  });
  onTestFinished(async () => {
    await watch.stop();
    rmSync(root, { recursive: true });
  });
  return { at, heard, isHeard: (folder: string) => watch.watch(folder, identityOf(statSync(at(folder)))) };
}

test('events cover a folder from its second sweep on', async () => {
  const { at, heard, isHeard } = openWatch(['a']);
  expect(isHeard('a')).toBe(false);
  writeFileSync(at('a/1.jpg'), '');
  await vi.waitFor(() => expect(heard).toContain('a/1.jpg'), 10_000);
  expect(isHeard('a')).toBe(true);
});

test('a folder that replaced another together with its parent is not covered at first, and is from then on', async () => {
  const { at, heard, isHeard } = openWatch(['line/S1']);
  isHeard('line/S1');
  expect(isHeard('line/S1')).toBe(true);
  renameSync(at('line'), at('line-old'));
  mkdirSync(at('line/S1'), { recursive: true });
  expect(isHeard('line/S1')).toBe(false);
  writeFileSync(at('line/S1/1.jpg'), '');
  await vi.waitFor(() => expect(heard).toContain('line/S1/1.jpg'), 10_000);
  expect(isHeard('line/S1')).toBe(true);
});

test('after a burst that may have overflowed the system’s queue, no folder counts as covered, once', async () => {
  const { at, heard, isHeard } = openWatch(['busy', 'quiet']);
  isHeard('busy');
  isHeard('quiet');
  for (let i = 0; i < 6_000; i++) writeFileSync(at(`busy/${i}.jpg`), '');
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(5_000), 10_000);
  await sleep(20);
  expect([isHeard('busy'), isHeard('quiet')]).toEqual([false, false]);
  expect([isHeard('busy'), isHeard('quiet')]).toEqual([true, true]);
});

test('many events in small bursts do not', async () => {
  const { at, heard, isHeard } = openWatch(['busy']);
  isHeard('busy');
  for (let i = 0; i < 6_000; i++) {
    writeFileSync(at(`busy/${i}.jpg`), '');
    if (i % 500 === 0) await sleep(5);
  }
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(5_900), 10_000);
  expect(isHeard('busy')).toBe(true);
});
