import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { noCounts, sumCounts, type VerdictCounts } from '../../plant/yield.ts';
import { createRandom } from '../../simulator/random.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
  unmatchedFile,
} from '../../testing/inspection-store.ts';
import type { FoundImage } from '../recording/found-images.ts';

type Rows = Awaited<ReturnType<InspectionStore['rows']>>;

const day = { startAt: at - 20 * hourMs, endAt: at + 10 * hourMs };

describe(`counts in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  /** The images of a window, counted one by one. */
  function countRows(rows: Rows, window: TimeWindow, only: { stationId?: number; partId?: number } = {}) {
    const sums = new Map<string, VerdictCounts>();
    for (const { stationId, partId, capturedAt, verdict } of rows) {
      if (capturedAt < window.startAt || capturedAt >= window.endAt) continue;
      if (stationId !== (only.stationId ?? stationId) || partId !== (only.partId ?? partId)) continue;
      const one = { ...noCounts, [verdict?.toLowerCase() ?? 'unmatched']: 1 };
      const key = `${stationId}:${partId}`;
      sums.set(key, sumCounts([sums.get(key) ?? noCounts, one]));
    }
    return sums;
  }

  async function countByPart(window: TimeWindow, only: { stationId?: number; partId?: number } = {}) {
    const counts = await store.reads.counts.countByPart(window, only);
    const filled = counts.filter(({ ok, ng, unmatched }) => ok + ng + unmatched !== 0);
    return new Map(filled.map(({ stationId, partId, ...sums }) => [`${stationId}:${partId}`, sums]));
  }

  /** New, known, renamed, overwritten and removed images in random order. */
  async function recordRandomBatches(seed: string, batches: number): Promise<void> {
    const random = createRandom(seed);
    const folders = ['S9/OR-3CT', 'S9/OR-2CT', 'S4/OR-3CT'];
    const known = new Map<string, FoundImage[]>(folders.map((path) => [path, []]));
    const make = (): FoundImage => {
      const capturedAt = day.startAt + random.integer(0, day.endAt - day.startAt - 1);
      const time = Math.floor(capturedAt / 1000) * 1000;
      if (random.chance(0.2)) return unmatchedFile(`photo-${random.integer(1, 40)}.png`, time);
      const inode = random.integer(1, 1e9);
      return imageFile(random.chance(0.8) ? 'OK' : 'NG', time, random.integer(1, 5), { inode });
    };
    const again = (file: FoundImage): FoundImage => {
      if (file.verdict === null || file.sequence === null) return { ...file, ...make(), name: file.name };
      return imageFile(file.verdict === 'OK' ? 'NG' : 'OK', file.capturedAt, file.sequence, {
        inode: file.inode,
      });
    };
    for (let i = 0; i < batches; i++) {
      const path = random.pick(folders);
      const files = known.get(path)!;
      const batch = Array.from({ length: random.integer(1, 25) }, make);
      if (files.length > 0) batch.push(...batch.slice(0, 5).map(() => random.pick(files)));
      const unmatched = files.filter(({ verdict }) => verdict === null);
      if (unmatched.length > 0) batch.push({ ...random.pick(unmatched), modifiedAt: at, capturedAt: at });
      await store.found(path, batch);
      if (files.length > 0 && random.chance(0.5)) {
        const old = random.pick(files);
        if (old.verdict !== null) await store.found(path, [again(old)]);
        await store.missing(path, [random.pick(files).name]);
      }
      files.push(...batch);
    }
  }

  test('the roll-ups equal the images after any history, over any window, station and part', async () => {
    await recordRandomBatches('roll-ups', 40);
    const rows = await store.rows();
    expect(rows.some(({ rejudgedAt }) => rejudgedAt !== null)).toBe(true);
    expect(rows.some(({ missingAt }) => missingAt !== null)).toBe(true);
    expect(rows.length).toBeGreaterThan(300);
    expect(await countByPart(day)).toEqual(countRows(rows, day));
    const random = createRandom('windows');
    for (let i = 0; i < 25; i++) {
      const startAt = day.startAt + random.integer(0, 29 * hourMs);
      const width = random.pick([40_000, 3 * minuteMs, hourMs, 9 * hourMs]);
      const window = { startAt, endAt: startAt + random.integer(1, width) };
      const { stationId, partId } = random.pick(rows);
      for (const only of [{}, { stationId }, { partId }, { stationId, partId }]) {
        expect(await countByPart(window, only)).toEqual(countRows(rows, window, only));
      }
    }
  });

  test.each([true, false])(
    'a trend (coarse: %s) sums up to its window and stays within it',
    async (coarse) => {
      await recordRandomBatches('trend', 15);
      const rows = await store.rows();
      const random = createRandom('trend windows');
      for (let i = 0; i < 12; i++) {
        const startAt = day.startAt + random.integer(0, 29 * hourMs);
        const window = { startAt, endAt: startAt + random.integer(1, 5 * hourMs) };
        const buckets = await store.reads.counts.countByTime(window, {}, coarse);
        expect(sumCounts(buckets)).toEqual(sumCounts(countRows(rows, window).values()));
        for (const bucket of buckets) {
          expect(bucket.startAt).toBeGreaterThanOrEqual(window.startAt);
          expect(bucket.startAt).toBeLessThan(window.endAt);
        }
        const times = buckets.map((bucket) => bucket.startAt);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }
    },
  );

  test('an image counts in its minute of capture, even at edges within a minute', async () => {
    const second = 1000;
    await store.found('S9/OR-3CT', [
      imageFile('OK', at + 29 * second, 1),
      imageFile('OK', at + 30 * second, 2),
      imageFile('NG', at + 70 * second, 3),
      imageFile('OK', at + 80 * second, 4),
    ]);
    const window = { startAt: at + 30 * second, endAt: at + 80 * second };
    const buckets = await store.reads.counts.countByTime(window, {}, false);
    expect(buckets.map(({ startAt, ok, ng }) => [startAt, ok, ng])).toEqual([
      [at + 30 * second, 1, 0],
      [at + 60 * second, 0, 1],
    ]);
  });

  test('a window is half-open: it includes its first instant and not its last', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 1), imageFile('NG', at + minuteMs, 2)]);
    const [first] = await store.reads.counts.countByPart({ startAt: at, endAt: at + minuteMs });
    expect(first).toMatchObject({ ok: 1, ng: 0 });
    const [second] = await store.reads.counts.countByPart({
      startAt: at + minuteMs,
      endAt: at + 2 * minuteMs,
    });
    expect(second).toMatchObject({ ok: 0, ng: 1 });
    expect(await store.reads.counts.countByPart({ startAt: at - minuteMs, endAt: at })).toEqual([]);
  });
});

/** SQLite reads never wait, so a long read has to yield to the event loop explicitly. */
test('a count over very many stations does not block the event loop', async () => {
  const store = await openInspectionStore('sqlite');
  for (let i = 0; i < 400; i++) await store.found(`S${i}/OR-3CT`, [imageFile('OK', at + i, 1)]);
  let turns = 0;
  let isOver = false;
  const takeTurn = () => {
    turns++;
    if (!isOver) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  await store.reads.counts.countByPart({ startAt: at - 500, endAt: at + 1_500 });
  isOver = true;
  expect(turns).toBeGreaterThan(1);
  await store.db.close();
});
