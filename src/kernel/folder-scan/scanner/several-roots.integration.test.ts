import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import type { FolderRef } from '../model/folder-ref.ts';
import { type PackedBatch, unpackBatch } from '../model/found-batch.ts';
import type { ListedFolder } from '../model/scan-messages.ts';
import type { ScanOptions } from '../model/scan-options.ts';
import { type Scanner, startScanner } from './scanner.ts';

// A machine that runs many tests at once is slow; what must not happen at all never waits for this.
vi.setConfig({ testTimeout: 90_000 });

type Row = { rootId: number; name: string; capturedAt: number; coil: string | null; isMissing: boolean };

let folder: string;
let rows: Row[];
let listed: { folder: FolderRef; listed: ListedFolder }[];
let scanner: Scanner;

/** Roots are the folders `1`, `2`, … ; changes arrive as events, sweeps run only on request. */
function start(options: Partial<ScanOptions> = {}, known: Record<string, string[]> = {}): void {
  scanner = startScanner<{ coils: string }, { added: number }>({
    thread: {
      reading: { module: new URL('../../../testing/coil-reading.ts', import.meta.url).href, data: { known } },
      options: {
        minFileAgeMs: 300,
        recentMs: 3_600_000,
        pollIntervalMs: 60_000,
        reconcileIntervalMs: 3_600_000,
        rootCheckMs: 100,
        doubtMs: 200,
        flat: true,
        ...options,
      },
      watchMode: 'events',
      exclude: [],
      timeZone: 'UTC',
      logLevel: 'silent',
    },
    recordFound: async (batch) => ({ added: record(batch) }),
    recordMissing: async ({ rootId }, names) => {
      for (const row of rows) if (row.rootId === rootId && names.includes(row.name)) row.isMissing = true;
      return { added: 0 };
    },
    readListings: async (rootId) =>
      listed.filter((entry) => entry.folder.rootId === rootId).map((entry) => entry.listed),
    onRecorded: () => {},
    onListed: (ref, entry) => listed.push({ folder: ref, listed: entry }),
    onSweep: () => {},
    onStatus: () => {},
    clock: systemClock,
    log: createLog({ level: 'silent', pretty: false }),
  });
}

function record(packed: PackedBatch<{ coils: string }>): number {
  const coils = packed.columns.coils.split('/');
  const batch = unpackBatch(packed, (_, i) => ({ coil: coils[i] || null }));
  const { rootId } = batch.folder;
  const fresh = batch.files.filter(
    ({ name }) => !rows.some((row) => row.rootId === rootId && row.name === name),
  );
  for (const { name, capturedAt, coil } of fresh)
    rows.push({ rootId, name, capturedAt, coil, isMissing: false });
  return fresh.length;
}

function watch(...ids: number[]): void {
  for (const id of ids) {
    mkdirSync(join(folder, `${id}`), { recursive: true });
    scanner.watch({ id, path: join(folder, `${id}`) });
  }
}

const write = (id: number, name: string, bytes: Buffer | string = tinyJpeg) => {
  mkdirSync(join(folder, `${id}`), { recursive: true });
  writeFileSync(join(folder, `${id}`, name), bytes);
};
const namesOf = (id: number) => rows.filter(({ rootId }) => rootId === id).map(({ name }) => name);
const statusOf = (id: number) => scanner.list().find((status) => status.id === id);
const isSwept = (...ids: number[]) => ids.every((id) => statusOf(id)?.lastSweep);

let count = 0;
const nameNow = (coil = 'C1') => `${coil}_${Date.now() + ++count}.jpg`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'several-roots-'));
  rows = [];
  listed = [];
});
afterEach(async () => {
  await scanner.stop();
  rmSync(folder, { recursive: true });
});

test('one scanner serves many folders, each with its own status, and takes more while it runs', async () => {
  start();
  expect(scanner.list()).toEqual([]);
  expect(await scanner.rescan()).toEqual({ scanned: 0, added: 0, note: null });
  watch(1, 2, 3);
  await waitUntil('they are swept', () => isSwept(1, 2, 3));
  watch(4);
  await waitUntil('it is swept', () => isSwept(4));
  const names = [1, 2, 3, 4].map((id) => {
    const name = nameNow(`C${id}`);
    write(id, name);
    return name;
  });
  await waitUntil('all are recorded', () => rows.length === 4);
  for (const id of [1, 2, 3, 4]) expect(namesOf(id)).toEqual([names[id - 1]]);
  expect(rows.map(({ coil }) => coil).sort()).toEqual(['C1', 'C2', 'C3', 'C4']);

  renameSync(join(folder, '2'), join(folder, 'away'));
  await waitUntil('one is offline', () => statusOf(2)?.state === 'offline');
  expect([1, 3, 4].map((id) => statusOf(id)?.state)).toEqual(['online', 'online', 'online']);
  expect(await scanner.rescan()).toEqual({
    scanned: 3,
    added: 0,
    note: `watch dir not found: ${join(folder, '2')}`,
  });
});

test('a folder that is no longer watched is left alone; the others are still watched', async () => {
  start();
  watch(1, 2);
  await waitUntil('they are swept', () => isSwept(1, 2));
  scanner.forget(1);
  expect(scanner.list().map(({ id }) => id)).toEqual([2]);
  await sleep(300);
  write(1, nameNow());
  write(2, nameNow());
  await waitUntil('the other is recorded', () => namesOf(2).length === 1);
  await sleep(300);
  expect(namesOf(1)).toEqual([]);
  watch(1);
  await waitUntil('it is recorded after all', () => namesOf(1).length === 1);
});

test('where the files lie in the root itself, folders below it do not matter', async () => {
  start();
  mkdirSync(join(folder, '1', 'before'), { recursive: true });
  write(1, `before/${nameNow()}`);
  write(1, nameNow());
  watch(1);
  await waitUntil('the sweep is over', () => isSwept(1));
  mkdirSync(join(folder, '1', 'after'));
  write(1, `after/${nameNow()}`);
  write(1, nameNow());
  await waitUntil('the second is recorded', () => rows.length === 2);
  expect(await scanner.rescan()).toEqual({ scanned: 2, added: 0, note: null });
  expect(rows.every(({ name }) => !name.includes('/'))).toBe(true);
  expect(statusOf(1)).toMatchObject({ directories: 1, knownFiles: 2 });
});

test('a flat folder that is replaced by another is watched again', async () => {
  start();
  write(1, nameNow());
  watch(1);
  await waitUntil('it is recorded', () => rows.length === 1);
  await waitUntil('the sweep is over', () => isSwept(1));
  renameSync(join(folder, '1'), join(folder, 'old'));
  const name = nameNow();
  write(1, name);
  await waitUntil('what lies in the new one is recorded', () => namesOf(1).includes(name));
  const next = nameNow();
  write(1, next);
  await waitUntil('an event reports it', () => namesOf(1).includes(next));
});

test('a removed image is reported soon, and the newest of many are recorded first', async () => {
  start({ recentMs: 60_000 });
  const now = Date.now();
  const old = Array.from({ length: 2_500 }, (_, i) => `C1_${now - 7_200_000 + i * 1_000}.jpg`);
  for (const name of old) write(1, name);
  const recent = `C2_${now}.jpg`;
  write(1, recent);
  watch(1);
  await waitUntil('all are recorded', () => rows.length === 2_501);
  expect(rows[0]?.name).toBe(recent);
  expect(rows.slice(1, 1_001).map(({ capturedAt }) => capturedAt - now + 7_200_000)).toEqual(
    Array.from({ length: 1_000 }, (_, i) => (1_500 + i) * 1_000),
  );
  rmSync(join(folder, '1', recent));
  await waitUntil('it is missing', () => rows[0]?.isMissing === true);
  expect(rows.filter(({ isMissing }) => isMissing)).toHaveLength(1);
});

test('the ending decides whose image it is, and a BMP is taken when it is as long as it says', async () => {
  start({ minFileAgeMs: 60_000 });
  watch(1);
  await waitUntil('the sweep is over', () => isSwept(1));
  const bmp = Buffer.alloc(9_054, 0x55);
  bmp.fill(0, 0, 54);
  bmp.write('BM', 'latin1');
  bmp.writeUInt32LE(bmp.length, 2);
  const name = nameNow().replace('.jpg', '.bmp');
  write(1, name, bmp.subarray(0, 5_000));
  write(1, nameNow().replace('.jpg', '.png'));
  await waitUntil('it is noticed', () => statusOf(1)?.incomplete === 1);
  await sleep(300);
  expect(rows).toEqual([]);
  write(1, name, bmp);
  await waitUntil('it is recorded', () => rows.length === 1);
  expect(rows[0]).toMatchObject({ name, coil: 'C1' });
});

test('a folder unchanged since its last listing is skipped by a new scanner', async () => {
  const name = nameNow();
  write(1, name);
  const at = Date.now() / 1000 - 30 * 3600;
  utimesSync(join(folder, '1'), at, at);
  start();
  watch(1);
  await waitUntil('the listing is reported', () => listed.length === 1);
  await scanner.stop();
  rows = [];
  start({}, { '1:': [name] });
  watch(1);
  await waitUntil('the sweep is over', () => isSwept(1));
  expect(statusOf(1)).toMatchObject({ knownFiles: 1, lastSweep: { filesSeen: 1, filesAdded: 0 } });
  expect(rows).toEqual([]);
  await scanner.rescan();
  expect(statusOf(1)?.knownFiles).toBe(1);
});
