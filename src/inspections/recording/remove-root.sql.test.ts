import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setHorizon } from '../../plant/removal/horizons.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
} from '../../testing/inspection-store.ts';
import { checkSequences } from '../gaps/check-gaps.ts';
import { ensureRoot } from './folders.ts';
import { createRecordInspections } from './record-inspections.ts';
import { beginRootRemoval, findRootRemoval, type RemovedImage, removeRoot } from './remove-root.ts';

describe(`a root removed from ${testDialect}`, () => {
  let store: InspectionStore;
  let parts: { db: InspectionStore['db']; siteId: number };
  let demoId: number;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
    parts = { db: store.db, siteId: store.reads.sites.own.id };
    demoId = await ensureRoot(store.db, store.clock, parts.siteId, '/demo');
  });
  afterEach(() => store.db.close());

  const foundInDemo = (path: string, files: Parameters<InspectionStore['found']>[1]) =>
    createRecordInspections({
      ...parts,
      clock: store.clock,
      folders: store.reads.folders,
      isGone: async () => true,
    }).recordFound({ folder: { rootId: demoId, path }, files });

  /** Units of one every eight seconds with two COUNTs missing, the first of them NG. */
  const series = (count: number, from = at) =>
    Array.from({ length: count }, (_, i) =>
      imageFile(i === 0 ? 'NG' : 'OK', from + i * 8_000, i < 3 ? i + 1 : i + 3),
    );

  async function remove(endAfter = Number.POSITIVE_INFINITY) {
    const ending = new AbortController();
    const erased: RemovedImage[] = [];
    let steps = 0;
    const gone = await removeRoot(parts, demoId, {
      signal: ending.signal,
      eraseThumbnails: async (images) => void erased.push(...images),
      onStep: () => {
        steps += 1;
        if (steps >= endAfter) ending.abort();
      },
    });
    if (gone) await store.reads.folders.forgetRoot(demoId);
    return { gone, erased };
  }

  /** How many rows each table has, those without any left out. */
  async function rowCounts() {
    const counts: Record<string, number> = {};
    for (const [name, table] of Object.entries(store.db.tables)) {
      const [row] = await store.db.read.select({ n: sql`count(*)`.mapWith(Number) }).from(table);
      if (row && row.n > 0 && name !== 'repairs') counts[name] = row.n;
    }
    return counts;
  }

  /** Images by their rows and by the counts of their hours. */
  async function books() {
    const { inspectionHours: hours } = store.db.tables;
    const [row] = await store.db.read
      .select({ counted: sql`coalesce(sum(${hours.ok} + ${hours.ng}), 0)`.mapWith(Number) })
      .from(hours);
    return { rows: (await store.rows()).length, counted: row?.counted };
  }

  test('leaves what other roots hold as if it had never been there', async () => {
    await store.found('S1/A', series(4));
    const { stations, alertEpisodes, stationTestHours } = store.db.tables;
    await checkSequences(store.db);
    const before = await rowCounts();
    await foundInDemo('S9/OR-3CT', series(40));
    await foundInDemo('S7/OR-2CT', series(40));
    await checkSequences(store.db);
    const stationId = store.reads.names.findStationId('S9') ?? 0;
    await store.db.tx(async (q) => {
      await q
        .insert(alertEpisodes)
        .values({ stationId, alarm: 'ngBurst', raisedAt: at, beganAt: at, grounds: {} });
      await q
        .insert(stationTestHours)
        .values({ stationId, hourAt: at, counted: '', isAlarmed: false, state: {} });
    });
    expect((await rowCounts()).sequenceGaps).toBeGreaterThan(before.sequenceGaps ?? 0);
    // The root itself was there before its first image.
    const expected = { ...before, roots: 1 };

    await beginRootRemoval(parts, demoId);
    const hidden = await store.db.read.select().from(stations).where(eq(stations.hiddenAt, 0));
    expect(hidden.map(({ name }) => name).sort()).toEqual(['S7', 'S9']);
    expect(await findRootRemoval(parts)).toBe(demoId);
    const { gone, erased } = await remove();

    expect(gone).toHaveLength(2);
    expect(erased).toHaveLength(80);
    expect(await rowCounts()).toEqual(expected);
    expect(await findRootRemoval(parts)).toBeUndefined();
    expect(store.reads.names.listStationRows().map(({ name }) => name)).toEqual(['S1']);
    expect(store.reads.names.listParts().map(({ name }) => name)).toEqual(['A']);
  });

  test('a station that has images in another root keeps those and their counts, and stays on the pages', async () => {
    await store.found('S9/OR-3CT', series(10));
    await foundInDemo('S9/OR-3CT', series(20, at + 60_000));
    await foundInDemo('S9/OR-2CT', series(5));
    await checkSequences(store.db);
    const { sequenceGaps } = store.db.tables;
    const gone = store.reads.names.findPartId('OR-2CT') ?? 0;
    const gapsOfGone = () => store.db.read.select().from(sequenceGaps).where(eq(sequenceGaps.partId, gone));
    expect(await gapsOfGone()).not.toEqual([]);
    await beginRootRemoval(parts, demoId);
    await remove();
    expect(await gapsOfGone()).toEqual([]);
    expect(await store.total()).toEqual({ ok: 9, ng: 1, unmatched: 0 });
    const stationId = store.reads.names.findStationId('S9') ?? 0;
    expect(store.reads.names.isShown(stationId)).toBe(true);
    expect(store.reads.folders.partsOf(stationId)).toEqual([store.reads.names.findPartId('OR-3CT')]);
  });

  test('interrupted, rows and counts agree, and the next call takes the rest', async () => {
    await store.found('S1/A', series(3));
    await foundInDemo('S9/OR-3CT', series(1_100));
    await beginRootRemoval(parts, demoId);
    expect((await remove(1)).gone).toBeUndefined();
    expect(await books()).toEqual({ rows: 603, counted: 603 });
    expect(await findRootRemoval(parts)).toBe(demoId);
    expect((await remove()).gone).toHaveLength(1);
    expect(await books()).toEqual({ rows: 3, counted: 3 });
  });

  test('of images whose names say their station nothing stays, even where the process died after the last of them', async () => {
    await store.found('S1/A', series(3));
    const before = await rowCounts();
    const named = (station: string, part: string, from: number) =>
      series(400, from).map((file) => ({ ...file, station, part }));
    await foundInDemo('inbox', [...named('F1', 'M1', at), ...named('S1', 'M2', at + 4_000)]);
    await checkSequences(store.db);
    await beginRootRemoval(parts, demoId);
    expect((await remove(2)).gone).toBeUndefined();
    expect(await books()).toEqual({ rows: 3, counted: 3 });
    expect((await remove()).gone).toHaveLength(1);
    expect(await rowCounts()).toEqual({ ...before, roots: 1 });
    expect(store.reads.names.listStationRows().map(({ name }) => name)).toEqual(['S1']);
    expect(store.reads.names.listParts().map(({ name }) => name)).toEqual(['A']);
  });

  /** Images that stay counted without a row, as after retention. */
  async function countWithoutRows(station: string, part: string, startAt: number) {
    const { inspectionHours, inspectionMinutes } = store.db.tables;
    const lane = {
      stationId: store.reads.names.findStationId(station) ?? 0,
      partId: store.reads.names.findPartId(part) ?? 0,
    };
    const row = { ...lane, startAt, ok: 7, ng: 0, unmatched: 0, undecided: 0, furtherOk: 0, furtherNg: 0 };
    await store.db.tx(async (q) => {
      await q.insert(inspectionMinutes).values(row);
      await q.insert(inspectionHours).values(row);
    });
  }

  test('what others counted at its station and model stays, and the station with it', async () => {
    await foundInDemo('S9/OR-3CT', series(20));
    await countWithoutRows('S9', 'OR-3CT', at + 3_600_000);
    await beginRootRemoval(parts, demoId);
    expect((await remove()).gone).toEqual([]);
    expect(await store.total()).toEqual({ ok: 7, ng: 0, unmatched: 0 });
    expect(store.reads.names.isShown(store.reads.names.findStationId('S9') ?? 0)).toBe(true);
  });

  test('its own images that retention left only counted go, too', async () => {
    await foundInDemo('S9/OR-3CT', series(20));
    await countWithoutRows('S9', 'OR-3CT', at - 3_600_000);
    await store.db.tx((q) => setHorizon(store.db, q, { siteId: parts.siteId, name: 'rows', at }));
    await beginRootRemoval(parts, demoId);
    expect((await remove()).gone).toHaveLength(1);
    expect(await books()).toEqual({ rows: 0, counted: 0 });
  });

  test('the ids of its images and stations are never given out again', async () => {
    await foundInDemo('S9/OR-3CT', series(60));
    const last = (await store.rows()).at(-1)?.id ?? 0;
    const lastStation = store.reads.names.findStationId('S9') ?? 0;
    await beginRootRemoval(parts, demoId);
    await remove();
    await store.found('S1/A', series(60));
    const rows = await store.rows();
    expect(rows).toHaveLength(60);
    expect(rows.filter(({ id }) => id <= last)).toEqual([]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(60);
    expect(store.reads.names.findStationId('S1')).toBeGreaterThan(lastStation);
  });
});
