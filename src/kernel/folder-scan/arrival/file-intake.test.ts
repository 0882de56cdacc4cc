import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { createLog } from '../../log.ts';
import { systemClock } from '../../time/clock.ts';
import { createWallClock } from '../../time/time-zone.ts';
import { createExclude } from '../disk/exclude.ts';
import { createFolderLinks } from '../disk/folder-links.ts';
import type { FoundBatch } from '../model/found-batch.ts';
import { folderState } from '../state/folder-state.ts';
import type { ScanContext } from '../state/scan-context.ts';
import { createFileIntake } from './file-intake.ts';

const root = mkdtempSync(join(tmpdir(), 'intake-'));
const swept = Array.from({ length: 3_000 }, (_, i) => `swept-${i}.jpg`);

beforeAll(() => {
  for (const name of [...swept, 'heard.jpg']) writeFileSync(join(root, name), tinyJpeg);
});
afterAll(() => rmSync(root, { recursive: true }));

function contextOf(sent: FoundBatch[]): ScanContext {
  return {
    root: { id: 1, path: root },
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
    send: async (batch) => {
      sent.push(batch);
      return { added: batch.files.length };
    },
    sendMissing: async () => {},
    sendMoved: async () => false,
    sendListed: () => {},
  };
}

const namesOf = (batch: FoundBatch | undefined) => batch?.files.map(({ name }) => name) ?? [];

test.each([
  ['a name of its own', 'heard.jpg'],
  ['a name the sweep found as well', 'swept-2999.jpg'],
])('a file reported by an event is inspected before all files of a sweep: %s', async (_, name) => {
  const sent: FoundBatch[] = [];
  const context = contextOf(sent);
  const folder = folderState(context, '');
  const intake = createFileIntake(context);
  for (const one of swept) expect(intake.offer(folder, one)).toBe(true);
  expect(intake.offer(folder, name, true)).toBe(true);
  expect(intake.isWaiting(folder, name)).toBe(true);
  await intake.settle();
  intake.stop();
  expect(namesOf(sent[0])).toContain(name);
  const all = sent.flatMap(namesOf);
  expect(all).toHaveLength(new Set([...swept, name]).size);
  expect(new Set(all)).toEqual(new Set([...swept, name]));
});
