import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../schema/db.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { drawJpeg } from '../../testing/image-plant.ts';
import { openMainSite } from '../../testing/main-site.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import type { SentPrediction } from '../model.ts';
import { createImageFiles, type ImageFiles } from '../storage/image-files.ts';
import { createPredictionModels } from './prediction-models.ts';
import { createPredictionRecorder } from './prediction-recorder.ts';

const clock = createTestClock(Date.UTC(2026, 3, 2));
const prediction: SentPrediction = {
  imageId: 'a',
  at: clock.now(),
  isTimed: true,
  modelName: 'm',
  modelVersion: 'v1',
  confidence: 0.5,
  isDefect: false,
  defectType: null,
  boxes: [],
  inferenceMs: null,
  notes: null,
  station: null,
  part: null,
  deviceId: null,
};

let db: Db;
let dir: string;
let files: ImageFiles;
beforeEach(async () => {
  db = await openTestDb(testDialect);
  dir = mkdtempSync(join(tmpdir(), 'linesight-predictions-'));
  files = createImageFiles({ dir, byDate: true, byResult: true, quality: 95 });
});
afterEach(async () => {
  await db.close();
  rmSync(dir, { recursive: true });
});

/** A recorder whose database is lost while it commits; the models of its site are known. */
async function openLosing(when: 'before' | 'after') {
  const sites = await openMainSite(db, clock, 'UTC');
  const models = await createPredictionModels(db, clock, sites.own.id);
  await models.ensure(prediction.modelName, prediction.modelVersion);
  const tx: Db['tx'] = async (fn, options) => {
    if (when === 'after') await db.tx(fn, options);
    throw new Error('The connection was lost');
  };
  const options = { siteId: sites.own.id, models, files, clock, onRecorded: () => {} };
  return {
    losing: createPredictionRecorder({ ...options, db: { ...db, tx } }),
    working: createPredictionRecorder({ ...options, db }),
  };
}

const sent = async () => ({
  prediction,
  image: { draft: await files.draftOf(await drawJpeg()), digest: 'd' },
});
const storedPaths = async () =>
  (await db.read.select().from(db.tables.predictions)).map(({ imagePath }) => imagePath ?? '');

test('a row that was written although its answer was lost keeps its image', async () => {
  const { losing, working } = await openLosing('after');
  expect(await losing.record([await sent()])).toEqual([expect.objectContaining({ status: 'rejected' })]);
  const paths = await storedPaths();
  expect(paths).toHaveLength(1);
  expect(existsSync(files.pathOf(paths[0]!))).toBe(true);
  expect(await working.record([await sent()])).toEqual([
    { status: 'fulfilled', value: expect.objectContaining({ status: 'duplicate' }) },
  ]);
});

test('an image whose row was not written is removed, and the same prediction is taken later', async () => {
  const { losing, working } = await openLosing('before');
  expect(await losing.record([await sent()])).toEqual([expect.objectContaining({ status: 'rejected' })]);
  expect(await storedPaths()).toEqual([]);
  expect(await working.record([await sent()])).toEqual([
    { status: 'fulfilled', value: expect.objectContaining({ status: 'recorded' }) },
  ]);
  // No suffix: nothing was left behind under its name.
  expect(await storedPaths()).toEqual([expect.not.stringMatching(/_1\.jpg$/)]);
});
