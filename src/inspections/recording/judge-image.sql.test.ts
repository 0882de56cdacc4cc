import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
} from '../../testing/inspection-store.ts';
import { createJudgeImage } from './judge-image.ts';

describe(`undecided images in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
    const warn = imageFile('OK', at, 1, { name: 'WARN-1.jpg', verdict: null, word: 'WARN' });
    await store.found('S9/M', [warn, imageFile('OK', at, 2)]);
  });
  afterEach(() => store.db.close());

  const counts = async () => {
    const [sums] = await store.reads.counts.countByPart({ startAt: 0, endAt: at * 2 });
    return [sums?.ok, sums?.ng, sums?.undecided, sums?.unmatched];
  };

  test('are counted apart and in no yield until a person judges them, who may correct it', async () => {
    expect(await counts()).toEqual([1, 0, 1, 0]);
    const [undecided] = await store.reads.inspections.list({ verdict: 'undecided' }, { limit: 5 });
    expect(undecided).toMatchObject({ name: 'WARN-1.jpg', word: 'WARN', verdict: null });
    const judge = createJudgeImage({ db: store.db, clock: store.clock });
    store.clock.advance(1000);
    expect(await judge(undecided!.id, 'NG')).toMatchObject({
      rejudged: 1,
      stationIds: [undecided!.stationId],
    });
    expect(await counts()).toEqual([1, 1, 0, 0]);
    await judge(undecided!.id, 'OK');
    expect(await counts()).toEqual([2, 0, 0, 0]);
    expect(await store.reads.inspections.find(undecided!.id)).toMatchObject({
      verdict: 'OK',
      previousVerdict: 'NG',
      rejudgedAt: at + 1000,
    });
    expect(await store.reads.inspections.list({ verdict: 'unmatched' }, { limit: 5 })).toEqual([]);
  });

  test('found again keep the verdict of a person', async () => {
    const [undecided] = await store.reads.inspections.list({ verdict: 'undecided' }, { limit: 5 });
    await createJudgeImage({ db: store.db, clock: store.clock })(undecided!.id, 'NG');
    await store.found('S9/M', [imageFile('OK', at, 1, { name: 'WARN-1.jpg', verdict: null, word: 'WARN' })]);
    expect(await counts()).toEqual([1, 1, 0, 0]);
  });

  test('an image whose name tells its verdict is not judged by hand', async () => {
    const judge = createJudgeImage({ db: store.db, clock: store.clock });
    const [named] = await store.reads.inspections.list({ verdict: 'OK' }, { limit: 1 });
    await expect(judge(named!.id, 'NG')).rejects.toMatchObject({ code: 'conflict' });
    await expect(judge(99_999, 'NG')).rejects.toMatchObject({ code: 'not_found' });
  });
});
