import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
  unmatchedFile,
} from '../../testing/inspection-store.ts';
import { checkSequences } from '../gaps/check-gaps.ts';
import { createRowPolicy } from './row-policy.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const folder = 'S9/OR-3CT';

describe(`old inspections in ${testDialect}`, () => {
  let store: InspectionStore;
  let policy: RetentionPolicy;
  let horizons: number[];
  let neededFrom: number;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
    horizons = [];
    neededFrom = Number.POSITIVE_INFINITY;
    policy = openPolicy();
  });
  afterEach(() => store.db.close());

  function openPolicy(): RetentionPolicy {
    return createRowPolicy({
      db: store.db,
      siteId: store.reads.sites.own.id,
      days: 30,
      hindrance: () => null,
      neededFrom: async () => neededFrom,
      onHorizon: (horizon) => horizons.push(horizon),
    });
  }

  async function removeAll(before: number): Promise<number> {
    let count = 0;
    for (let steps = 0; steps < 1000; steps++) {
      const removed = await policy.remove({ before });
      count += removed.count;
      if (removed.isDone) return count;
    }
    throw new Error('It never ends');
  }

  /** Ten a day at two stations. */
  const files = (days: number) =>
    Array.from({ length: 10 * days }, (_, i) => imageFile(i % 5 ? 'OK' : 'NG', at - i * 0.1 * dayMs, i));

  async function fill(days = 40): Promise<void> {
    for (const path of [folder, 'S4/OR-2CT']) await store.found(path, files(days));
  }

  test('are deleted by the day while their counts stay', async () => {
    await fill();
    const before = await store.total();
    expect(await policy.read()).toMatchObject({ count: 800, bytes: null });
    const due = await policy.preview({ before: at - 30 * dayMs });
    expect(await removeAll(at - 30 * dayMs)).toBe(due.count);
    expect(due.count).toBeGreaterThan(180);
    const rows = await store.rows();
    expect(rows).toHaveLength(800 - due.count);
    expect(rows.every(({ capturedAt }) => capturedAt >= at - 30 * dayMs)).toBe(true);
    expect(await store.total()).toEqual(before);
    expect(await policy.read()).toMatchObject({ count: 800 - due.count });
    expect(await policy.preview({ before: at - 30 * dayMs })).toMatchObject({ count: 0 });
    expect(horizons.at(-1)).toBeLessThanOrEqual(at - 30 * dayMs);
  });

  test('are not recorded and counted again when their files are found again under any name', async () => {
    await fill();
    await removeAll(at - 30 * dayMs);
    const [rows, total] = [await store.rows(), await store.total()];
    expect(await store.found(folder, files(40))).toMatchObject({ added: 0 });
    const renamed = files(40).map((file) => imageFile('NG', file.capturedAt, file.sequence ?? 0));
    await store.found(folder, renamed.slice(310));
    expect(await store.rows()).toEqual(rows);
    expect(await store.total()).toEqual(total);
  });

  test('that were never recorded are counted until later ones are deleted, and skipped after that', async () => {
    const old = unmatchedFile('old.jpg', at - 400 * dayMs);
    expect(await store.found(folder, [old])).toMatchObject({ added: 1 });
    await fill();
    await removeAll(at - 30 * dayMs);
    expect(await store.found(folder, [unmatchedFile('older.jpg', at - 35 * dayMs)])).toMatchObject({
      added: 0,
    });
    const stillTaken = unmatchedFile('newer.jpg', (horizons.at(-1) ?? 0) + 1);
    expect(await store.found(folder, [stillTaken])).toMatchObject({ added: 1 });
    expect(await store.total()).toMatchObject({ unmatched: 2 });
  });

  test('are deleted a few hundred at a time, and another process resumes where one stopped', async () => {
    await store.found(
      folder,
      Array.from({ length: 700 }, (_, i) => imageFile('OK', at - 40 * dayMs + i * 1000, i)),
    );
    const first = await policy.remove({ before: at });
    expect(first).toMatchObject({ isDone: false });
    expect(first.count).toBeLessThanOrEqual(300);
    policy = openPolicy();
    expect(await store.found(folder, [imageFile('OK', at - 40 * dayMs, 0)])).toMatchObject({ added: 0 });
    expect(await removeAll(at)).toBe(700 - first.count);
    expect(await store.total()).toEqual({ ok: 700, ng: 0, unmatched: 0 });
  });

  test('stay until their files are deleted', async () => {
    await fill();
    neededFrom = at - 35 * dayMs;
    await removeAll(at - 30 * dayMs);
    const oldest = Math.min(...(await store.rows()).map(({ capturedAt }) => capturedAt));
    expect(oldest).toBeLessThan(at - 34.5 * dayMs);
    expect(oldest).toBeGreaterThanOrEqual(at - 35 * dayMs - hourMs);
  });

  test('leave behind the COUNT gaps found in them and create none at their edge', async () => {
    const times = Array.from({ length: 30 }, (_, i) => i).filter((i) => i !== 7);
    await store.found(
      folder,
      times.map((i) => imageFile('OK', at - 40 * dayMs + i * 10 * 60_000, i)),
    );
    await checkSequences(store.db);
    const gaps = () => store.db.read.select().from(store.db.tables.sequenceGaps);
    const before = await gaps();
    expect(before).toMatchObject([{ kind: 'missing', fromSequence: 7, toSequence: 7 }]);
    await removeAll(at - 40 * dayMs + 3 * hourMs);
    await store.found(folder, [imageFile('OK', at - 40 * dayMs + 30 * 10 * 60_000, 30)]);
    for (let i = 0; i < 4; i++) await checkSequences(store.db);
    expect((await gaps()).map(({ id: _, ...gap }) => gap)).toEqual(before.map(({ id: _, ...gap }) => gap));
  });

  test('count to whole minutes at the edge of a window, so that adjacent windows add up', async () => {
    await store.found(folder, [
      imageFile('OK', at - 40 * dayMs + 10_000, 1),
      imageFile('OK', at - 40 * dayMs + 50_000, 2),
      imageFile('OK', at - 40 * dayMs + 70_000, 3),
    ]);
    await removeAll(at - 30 * dayMs);
    const count = async (from: number, to: number) => {
      const window = { startAt: at - 40 * dayMs + from, endAt: at - 40 * dayMs + to };
      return (await store.reads.counts.countByPart(window)).reduce((sum, { ok }) => sum + ok, 0);
    };
    expect(await count(-60_000, 40_000)).toBe(2);
    expect(await count(40_000, 180_000)).toBe(1);
    expect(await count(-60_000, 180_000)).toBe(3);
  });
});
