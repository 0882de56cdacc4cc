import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import sharp from 'sharp';
import { imageCompatRoutes } from '../inspections/images/compat.ts';
import { createInspectionImages, type InspectionImages } from '../inspections/images/inspection-images.ts';
import { imageRoutes } from '../inspections/images/routes.ts';
import type { InspectionRef } from '../inspections/model.ts';
import { createInspectionReads, type InspectionReads } from '../inspections/reads.ts';
import { ensureRoot } from '../inspections/recording/folders.ts';
import { createRecordInspections } from '../inspections/recording/record-inspections.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { createErrorHandlers } from '../kernel/http/error-handlers.ts';
import { createI18n } from '../kernel/i18n/i18n.ts';
import { createThumbnailStore, type ThumbnailStore } from '../kernel/images/thumbnails/thumbnail-store.ts';
import { createLog } from '../kernel/log.ts';
import { type Db, openSqliteDb } from '../schema/db.ts';
import { nothingMore } from './inspection-store.ts';
import { openMainSite } from './main-site.ts';
import { createTestClock } from './test-clock.ts';

/** A watched folder with its database, its images and their routes, without a scanner: a test records what it wants. */
export type ImagePlant = {
  watchDir: string;
  clock: ReturnType<typeof createTestClock>;
  db: Db;
  reads: InspectionReads;
  store: ThumbnailStore;
  images: InspectionImages;
  app: Hono<AppEnv>;
  /** How many changes of images were published. */
  changes: () => number;
  /** Writes a file of S9/OR-3CT, changed `ageMs` ago, and counts it; `byName` as the first sweep does: not looked into. */
  add(name: string, bytes: Buffer, how?: { ageMs?: number; byName?: boolean }): Promise<InspectionRef>;
  find(id: number): Promise<InspectionRef>;
  close(): Promise<void>;
};

const station = 'S9';
const part = 'OR-3CT';
const log = createLog({ level: 'silent', pretty: false });

export async function createImagePlant(): Promise<ImagePlant> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'linesight-images-')));
  const watchDir = join(folder, 'watch');
  mkdirSync(join(watchDir, station, part), { recursive: true });
  const clock = createTestClock(Date.parse('2026-01-05T09:30:00+09:00'));
  const db = openSqliteDb(join(folder, 'state', 'data.sqlite'));
  const reads = await createInspectionReads(db, clock, await openMainSite(db, clock, 'Asia/Seoul'));
  const rootId = await ensureRoot(db, clock, reads.sites.own.id, watchDir);
  const record = createRecordInspections({
    db,
    siteId: reads.sites.own.id,
    folders: reads.folders,
    clock,
    isGone: async () => false,
  });
  const store = createThumbnailStore({ dir: join(folder, 'thumbnails'), budgetBytes: 1e8, clock, log });
  let changes = 0;
  const images = createInspectionImages({
    db,
    store,
    findLocation: async (id) => (id === rootId ? { path: watchDir, kind: 'watched' } : undefined),
    site: 'main',
    clock,
    log,
    onOutgrown: () => {},
    onChanged: () => {
      changes += 1;
    },
  });
  const findInspection = reads.inspections.find;
  const app = createImageApp()
    .route('/', imageRoutes({ images, findInspection, sites: reads.sites }))
    .route('/', imageCompatRoutes({ store, rootPaths: () => [{ path: watchDir }], thumbMaxDim: 512 }));

  const add: ImagePlant['add'] = async (name, bytes, { ageMs = 3_600_000, byName = false } = {}) => {
    const path = join(watchDir, station, part, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    const modifiedAt = clock.now() - ageMs;
    utimesSync(path, modifiedAt / 1000, modifiedAt / 1000);
    const facts = byName
      ? { sizeBytes: null, modifiedAt: null }
      : { sizeBytes: statSync(path).size, modifiedAt };
    const verdict = name.startsWith('NG') ? 'NG' : 'OK';
    const file = { name, capturedAt: modifiedAt, verdict, sequence: null, ...nothingMore, ...facts } as const;
    await record.recordFound({
      folder: { rootId, path: `${station}/${part}` },
      files: [file],
    });
    const inspection = await reads.inspections.findByFile(rootId, `${station}/${part}`, name);
    if (!inspection) throw new Error(`${name} was not counted`);
    return inspection;
  };
  return {
    watchDir,
    clock,
    db,
    reads,
    store,
    images,
    app,
    changes: () => changes,
    add,
    find: async (id) => {
      const inspection = await findInspection(id);
      if (!inspection) throw new Error(`No inspection ${id}`);
      return inspection;
    },
    close: async () => {
      await images.stop();
      await store.stop();
      await db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Languages and error answers as in the product. */
function createImageApp(): Hono<AppEnv> {
  const i18n = createI18n(fileURLToPath(new URL('../../views/locales', import.meta.url)));
  const errors = createErrorHandlers({ renderProblem: (_c, { message }) => message });
  const app = new Hono<AppEnv>();
  app.onError(errors.onError);
  app.use(async (c, next) => {
    c.set('t', i18n.t(c.req.header('accept-language') === 'ko' ? 'ko' : 'en'));
    c.set('principal', { kind: 'machine' });
    await next();
  });
  return app;
}

/** A whole JPEG of this size, one colour. */
export function drawJpeg(width = 64, height = 48, background = '#1e7d46'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}
