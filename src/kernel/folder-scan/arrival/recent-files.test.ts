import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { FoundFile } from '../model/found-batch.ts';
import { folderState } from '../state/folder-state.ts';
import type { ScanContext } from '../state/scan-context.ts';
import { createRecentFiles } from './recent-files.ts';

const keptMs = 60;

/** A folder with recorded files, and the names that a look finds changed. */
function openFolder(pollIntervalMs = 60_000) {
  const path = mkdtempSync(join(tmpdir(), 'recent-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const options = { minFileAgeMs: 0, recentMs: keptMs, pollIntervalMs, reconcileIntervalMs: 60_000 };
  const context = { root: { id: 1, path }, options, folders: new Map() } as unknown as ScanContext;
  const recent = createRecentFiles(context);
  const folder = folderState(context, '');
  return {
    folder,
    record(name: string, facts: FoundFile['facts'] | null = { capturedAt: 0 }) {
      writeFileSync(join(path, name), 'x');
      const modifiedAt = Math.round(statSync(join(path, name)).mtimeMs);
      const file = {
        name,
        capturedAt: 0,
        namedAt: null,
        sizeBytes: 1,
        modifiedAt,
        inode: null,
        isHeard: true,
      };
      recent.note(folder, { ...file, facts: facts ?? undefined });
    },
    grow: (name: string) => appendFileSync(join(path, name), 'y'),
    remove: (name: string) => rmSync(join(path, name)),
    async changed() {
      const names: string[] = [];
      await recent.lookAgain((_, name) => names.push(name));
      return names;
    },
  };
}

test('a recorded file that has grown is reported once, one that is gone is left to the listing', async () => {
  const folder = openFolder();
  for (const name of ['1.jpg', '2.jpg', '3.jpg']) folder.record(name);
  expect(await folder.changed()).toEqual([]);
  folder.grow('2.jpg');
  folder.remove('3.jpg');
  expect(await folder.changed()).toEqual(['2.jpg']);
  expect(await folder.changed()).toEqual([]);
});

test('a file is no longer looked at after a while, unless its name holds no time', async () => {
  const folder = openFolder();
  folder.record('1.jpg');
  folder.record('current.jpg', null);
  await sleep(keptMs + 10);
  expect(await folder.changed()).toEqual([]);
  for (const name of ['1.jpg', 'current.jpg']) folder.grow(name);
  expect(await folder.changed()).toEqual(['current.jpg']);
});

test('files of a folder that events cover are not looked at', async () => {
  const folder = openFolder();
  folder.record('before.jpg');
  folder.folder.isCovered = true;
  folder.record('after.jpg');
  for (const name of ['before.jpg', 'after.jpg']) folder.grow(name);
  // What changed before the events began is found by one last look.
  expect(await folder.changed()).toEqual(['before.jpg']);
  expect(await folder.changed()).toEqual([]);
});

test('a round that runs out of time goes on where it stopped', async () => {
  const folder = openFolder(0);
  const names = Array.from({ length: 50 }, (_, i) => `${i}.jpg`);
  for (const name of names) folder.record(name);
  for (const name of names) folder.grow(name);
  const found: string[] = [];
  for (let round = 0; round < 10_000 && found.length < names.length; round++)
    found.push(...(await folder.changed()));
  expect(found).toEqual(names);
});
