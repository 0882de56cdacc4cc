import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDialect } from '../../testing/databases.ts';
import { type InspectionStore, openInspectionStore } from '../../testing/inspection-store.ts';
import { ensureRoot } from '../recording/folders.ts';
import { createFindDemoRoot } from './demo-root.ts';

describe(`the root of the demo plant in ${testDialect}`, () => {
  let store: InspectionStore;
  let siteId: number;
  let demoId: number;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
    siteId = store.reads.sites.own.id;
    demoId = await ensureRoot(store.db, store.clock, siteId, '/demo');
  });
  afterEach(() => store.db.close());

  const find = async (demoDir: string, watched: { id: number; path: string }[] = []) => {
    const findDemoRoot = await createFindDemoRoot({
      db: store.db,
      siteId,
      demoDir,
      watchDirs: ['/data'],
      current: () => watched,
    });
    return findDemoRoot();
  };

  test('is known from before, whether or not it is watched', async () => {
    expect(await find('/demo')).toBe(demoId);
    expect(await find('/demo', [{ id: demoId, path: '/demo' }])).toBe(demoId);
    expect(await find('/never')).toBeUndefined();
  });

  test('is the one that was begun since, and no other folder that has its id', async () => {
    expect(await find('/demo', [{ id: demoId + 5, path: '/demo' }])).toBe(demoId + 5);
    expect(await find('/demo', [{ id: demoId, path: '/line1' }])).toBeUndefined();
  });

  test('is never a folder of the real plant', async () => {
    expect(await find('/data', [{ id: store.rootId, path: '/data' }])).toBeUndefined();
    const { roots } = store.db.tables;
    await store.db.tx((q) => q.update(roots).set({ addedAt: 1 }));
    expect(await find('/demo')).toBeUndefined();
  });
});
