import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Keyset } from '../../kernel/db/keyset.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import { createRandom } from '../../simulator/random.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
} from '../../testing/inspection-store.ts';
import type { SequenceGap } from '../model.ts';
import type { FoundImage } from '../recording/found-images.ts';
import { checkSequences } from './check-gaps.ts';
import { findSequenceGaps } from './find-gaps.ts';
import { placeOfGap } from './gap-queries.ts';

const minute = 60_000;
const ever = { startAt: 0, endAt: at * 2 };

describe(`COUNT gaps in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  /** One image each minute from `startAt`, with these COUNTs. */
  const images = (startAt: number, counts: number[]): FoundImage[] =>
    counts.map((count, i) => imageFile('OK', startAt + i * minute, count));

  async function checkAll(): Promise<void> {
    for (let runs = 0; runs < 50; runs++) {
      const { checked, isDone } = await checkSequences(store.db);
      if (isDone && checked === 0) return;
    }
    throw new Error('the check finds no end');
  }

  async function gaps(): Promise<string[]> {
    await checkAll();
    return (await store.reads.gaps.list(ever, {}, { limit: 500 })).map(describeGap).sort();
  }

  const describeGap = ({ station, part, kind, fromSequence, toSequence }: SequenceGap) =>
    `${station} ${part} ${kind} ${fromSequence}–${toSequence}`;

  test('missing and repeated COUNTs are listed by station and part with the times around them', async () => {
    await store.found('S9/OR-3CT', images(at, [1, 2, 5, 6]));
    await store.found('S4/OR-3CT', images(at, [1, 2, 2, 3]));
    await store.found('S4/OR-2CT', images(at, [3, 4]));
    expect(await gaps()).toEqual(['S4 OR-3CT repeated 2–2', 'S9 OR-3CT missing 3–4']);
    const ofS9 = { stationId: store.reads.names.findStationId('S9')! };
    const found = await store.reads.gaps.list(ever, ofS9, { limit: 500 });
    expect(found[0]).toMatchObject({ count: 2, fromAt: at + minute, toAt: at + 2 * minute });
    expect(await store.reads.gaps.countChecked(ever, ofS9)).toBe(4);
  });

  test('a list of more gaps than a page holds is read to its end, those of one instant as well', async () => {
    await store.found('S9/OR-3CT', images(at, [1, 3, 5, 7, 9]));
    await store.found('S4/OR-3CT', images(at, [1, 3, 5, 7, 9]));
    await checkAll();
    const found: string[] = [];
    let from: Keyset | undefined;
    do {
      const page = await store.reads.gaps.list(ever, {}, { limit: 3, ...(from ? { from } : {}) });
      found.push(...page.map(describeGap));
      from = page.length === 3 ? placeOfGap(page[2]!) : undefined;
    } while (from);
    expect(new Set(found).size).toBe(8);
    expect(found).toHaveLength(8);
  });

  test('one counter over several models of a station loses nothing, in whichever order they are found', async () => {
    const others = [...images(at + 3 * minute, [4, 5, 6]), ...images(at + 9 * minute, [11, 12])];
    await store.found('S9/A', [...images(at, [1, 2, 3]), ...images(at + 6 * minute, [7, 8, 9])]);
    await store.found('S9/A', images(at + 11 * minute, [13, 14]));
    expect(await gaps()).not.toEqual([]);
    await store.found('S9/B', others);
    expect(await gaps()).toEqual(['S9 A missing 10–10']);
  });

  test('a long run of another model between two of one is no loss and no reset', async () => {
    await store.found(
      'S9/B',
      images(
        at + 3 * minute,
        Array.from({ length: 40 }, (_, i) => 1_004 + i),
      ),
    );
    await store.found('S9/A', [
      ...images(at, [1_001, 1_002, 1_003]),
      ...images(at + 43 * minute, [1_044, 1_045]),
    ]);
    expect(await gaps()).toEqual([]);
  });

  test('models with counters of their own are judged by them', async () => {
    await store.found('S9/A', images(at, [1, 2, 4, 5]));
    await store.found('S9/B', images(at + hourMs, [1, 2, 3, 4]));
    expect(await gaps()).toEqual(['S9 A missing 3–3']);
  });

  test('values missing between two hours are found, and none when the counter continues', async () => {
    await store.found('S9/OR-3CT', images(at + 58 * minute, [7, 8, 9, 10]));
    await store.found('S4/OR-3CT', images(at + 58 * minute, [7, 8, 12, 13]));
    expect(await gaps()).toEqual(['S4 OR-3CT missing 9–11']);
  });

  test('an image that arrives hours late fills its gap in the hour after', async () => {
    const [a, b, late, c, d] = images(at + 58 * minute, [1, 2, 3, 4, 5]);
    await store.found('S9/OR-3CT', [a!, b!]);
    await store.found('S9/OR-3CT', [c!, d!]);
    expect(await gaps()).toEqual(['S9 OR-3CT missing 3–3']);
    await store.found('S9/OR-3CT', [late!]);
    expect(await gaps()).toEqual([]);
  });

  test('an image out of order at the start of an hour fills its gap in the hour before', async () => {
    await store.found('S9/OR-3CT', images(at + 57 * minute, [1, 2, 4]));
    expect(await gaps()).toEqual(['S9 OR-3CT missing 3–3']);
    await store.found('S9/OR-3CT', [imageFile('OK', at + hourMs, 3)]);
    expect(await gaps()).toEqual([]);
  });

  test('backfilled images close the gaps they seemed to be, at a slow station too', async () => {
    const all = Array.from({ length: 60 }, (_, i) => imageFile('OK', at + i * 25 * minute, 100 + i));
    await store.found('S9/OR-3CT', all.slice(0, 5));
    await store.found('S9/OR-3CT', all.slice(40));
    expect(await gaps()).toEqual(['S9 OR-3CT missing 105–139']);
    await store.found('S9/OR-3CT', all.slice(20, 40));
    expect(await gaps()).toEqual(['S9 OR-3CT missing 105–119']);
    await store.found('S9/OR-3CT', all.slice(5, 20));
    expect(await gaps()).toEqual([]);
  });

  test('the gaps are those of the whole history in any order of arrival', async () => {
    const random = createRandom('arrival');
    for (const [path, stepMs] of [
      ['S9/fast', 70_000],
      ['S9/slow', 31 * minute],
    ] as const) {
      let count = 1;
      const history: FoundImage[] = [];
      for (let i = 0; i < 250; i++) {
        count += random.chance(0.04) ? random.integer(2, 4) : 1;
        if (random.chance(0.02)) count -= 2;
        history.push(imageFile('OK', at + i * stepMs, count));
      }
      const unique = [...new Map(history.map((file) => [file.name, file])).values()];
      for (const batch of shuffledBatches(unique, random)) {
        await store.found(path, batch);
        if (random.chance(0.5)) await checkSequences(store.db);
      }
    }
    await checkAll();
    for (const part of ['fast', 'slow']) {
      const partId = store.reads.names.findPartId(part)!;
      const rows = (await store.rows())
        .filter((row) => row.partId === partId)
        .map(({ capturedAt, sequence }) => ({ capturedAt, sequence: sequence! }))
        .sort((a, b) => a.capturedAt - b.capturedAt || a.sequence - b.sequence);
      const expected = missingValues(findSequenceGaps(rows));
      expect(expected.length).toBeGreaterThan(5);
      expect(missingValues(await store.reads.gaps.list(ever, { partId }, { limit: 500 }))).toEqual(expected);
    }
  });

  test('checking a checked hour again changes nothing', async () => {
    await store.found('S9/OR-3CT', images(at, [1, 2, 5]));
    await checkAll();
    const before = await store.db.read.select().from(store.db.tables.sequenceGaps);
    expect(await checkSequences(store.db)).toEqual({ checked: 0, isDone: true });
    expect(await store.db.read.select().from(store.db.tables.sequenceGaps)).toEqual(before);
  });

  test('a growing hour is checked without checking the hours before it again', async () => {
    await store.found(
      'S9/OR-3CT',
      images(
        at,
        Array.from({ length: 90 }, (_, i) => i + 1),
      ),
    );
    await checkAll();
    await store.found('S9/OR-3CT', [imageFile('OK', at + 90 * minute, 91)]);
    expect(await checkSequences(store.db)).toMatchObject({ checked: 1 });
    expect(await checkSequences(store.db)).toMatchObject({ checked: 0 });
  });
});

function shuffledBatches(files: FoundImage[], random: ReturnType<typeof createRandom>): FoundImage[][] {
  const rest = [...files];
  const batches: FoundImage[][] = [];
  while (rest.length > 0) {
    const from = random.integer(0, rest.length - 1);
    batches.push(rest.splice(from, random.integer(1, 40)));
  }
  return batches;
}

function missingValues(findings: Pick<SequenceGap, 'kind' | 'fromSequence' | 'toSequence'>[]): number[] {
  return findings
    .filter(({ kind }) => kind === 'missing')
    .flatMap(({ fromSequence, toSequence }) =>
      Array.from({ length: toSequence - fromSequence + 1 }, (_, i) => fromSequence + i),
    )
    .sort((a, b) => a - b);
}
