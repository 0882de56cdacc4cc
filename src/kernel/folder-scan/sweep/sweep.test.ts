import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import { createWallClock } from '../../time/time-zone.ts';
import { createExclude } from '../disk/exclude.ts';
import { createFolderLinks } from '../disk/folder-links.ts';
import { folderState } from '../state/folder-state.ts';
import type { ScanContext } from '../state/scan-context.ts';
import { type SweepKind, sweepRoot } from './sweep.ts';

/** A root on the disk, with the names its sweeps offer. */
function openRoot(room = async () => {}) {
  const path = mkdtempSync(join(tmpdir(), 'sweep-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const offered: string[] = [];
  const context: ScanContext = {
    root: { id: 1, path },
    options: { minFileAgeMs: 1_000, recentMs: 1_000, pollIntervalMs: 1_000, reconcileIntervalMs: 1_000 },
    clock: systemClock,
    log: createLog({ level: 'silent', pretty: false }),
    wallClock: createWallClock('UTC'),
    isExcluded: createExclude(),
    links: createFolderLinks('/', []),
    followed: new Set(),
    isImageName: () => true,
    readName: () => undefined,
    hasTrueInodes: true,
    readNames: async function* () {},
    folders: new Map(),
    keepSince: Number.NEGATIVE_INFINITY,
    send: async ({ files }) => ({ added: files.length }),
    sendMissing: async () => {},
    sendMoved: async () => false,
    sendListed: () => {},
  };
  const parts = {
    context,
    intake: { offer: (_: unknown, name: string) => offered.push(name) > 0, room },
    backfill: { add: () => {} },
    absences: {},
    emptied: { isTidiedUnheard: () => false },
  } as unknown as Parameters<typeof sweepRoot>[0];
  return {
    offered,
    folder: () => folderState(context, ''),
    write: (name: string) => writeFileSync(join(path, name), tinyJpeg),
    sweep: (kind: SweepKind, isHeard: boolean) => sweepRoot(parts, kind, () => isHeard),
  };
}

test('a folder that is slow to list is not listed again for a while, as long as events cover it', async () => {
  const root = openRoot();
  root.write('1.jpg');
  await root.sweep('sweep', false);
  root.folder().restsUntil = performance.now() + 60_000;
  root.write('2.jpg');
  await root.sweep('sweep', true);
  expect(root.offered).toEqual(['1.jpg']);
  await root.sweep('sweep', false);
  expect(root.offered).toEqual(['1.jpg', '2.jpg']);
});

test.each<[string, SweepKind, boolean]>([
  ['when the folder must be listed again', 'sweep', true],
  ['when the sweep is a reconcile', 'reconcile', false],
])('it is listed all the same %s', async (_, kind, again) => {
  const root = openRoot();
  await root.sweep('sweep', false);
  root.folder().restsUntil = performance.now() + 60_000;
  root.folder().again = again;
  root.write('1.jpg');
  await root.sweep(kind, true);
  expect(root.offered).toEqual(['1.jpg']);
});

test('it is left alone for a hundred times as long as its listing took', async () => {
  const root = openRoot();
  for (let i = 0; i < 1_000; i++) root.write(`${i}.jpg`);
  const beganAt = performance.now();
  await root.sweep('sweep', true);
  const tookMs = performance.now() - beganAt;
  const restMs = root.folder().restsUntil - (beganAt + tookMs);
  expect(restMs).toBeGreaterThan(0);
  expect(restMs).toBeLessThanOrEqual(tookMs * 100);
});

test('time that a listing spent waiting does not count', async () => {
  const waitMs = 100;
  const root = openRoot(() => sleep(waitMs));
  root.write('1.jpg');
  await root.sweep('sweep', true);
  expect(root.folder().restsUntil - performance.now()).toBeLessThan(waitMs * 100);
});
