import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unitCounts } from '../../plant/yield.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
} from '../../testing/inspection-store.ts';

describe(`units of several views in ${testDialect}`, () => {
  let store: InspectionStore;
  let inode = 0;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  const view = (verdict: 'OK' | 'NG', name: string, sequence = 1, second = 0) =>
    imageFile(verdict, at + second * 1000, sequence, {
      name: `${verdict}-${second}-${sequence}-${name}.jpg`,
      view: name,
      inode: ++inode,
    });
  const serial = (verdict: 'OK' | 'NG', unit: string, second: number) =>
    imageFile(verdict, at + second * 1000, second, { unit, inode: ++inode });

  async function units(window = { startAt: 0, endAt: at * 2 }) {
    const [counts] = await store.reads.counts.countByPart(window);
    if (!counts) return { images: [0, 0], units: [0, 0] };
    const { ok, ng } = unitCounts(counts);
    return { images: [counts.ok, counts.ng], units: [ok, ng] };
  }

  test('a unit is NG if any of its views is, and counts once', async () => {
    await store.found('S9/M', [view('OK', 'top'), view('OK', 'side')]);
    expect(await units()).toEqual({ images: [2, 0], units: [1, 0] });
    await store.found('S9/M', [view('NG', 'back'), view('OK', 'top', 2)]);
    expect(await units()).toEqual({ images: [3, 1], units: [1, 1] });
    await store.found('S9/M', [view('NG', 'top', 3), view('NG', 'side', 3)]);
    expect(await units()).toEqual({ images: [3, 3], units: [1, 2] });
  });

  test('a view that is judged again changes its unit', async () => {
    const ng = view('NG', 'top');
    await store.found('S9/M', [ng, view('OK', 'side')]);
    expect(await units()).toEqual({ images: [1, 1], units: [0, 1] });
    await store.found('S9/M', [{ ...ng, verdict: 'OK', name: 'OK-0-1-top.jpg' }]);
    expect(await units()).toEqual({ images: [2, 0], units: [1, 0] });
  });

  test('an undecided view keeps its unit out of the yield', async () => {
    await store.found('S9/M', [view('OK', 'top'), { ...view('OK', 'side'), verdict: null, word: 'WARN' }]);
    expect(await units()).toEqual({ images: [1, 0], units: [0, 0] });
  });

  test('images without a view stay units of their own, also of equal second and COUNT', async () => {
    const files = [1, 2].map((i) => imageFile('OK', at, 7, { name: `${i}.jpg`, inode: ++inode }));
    await store.found('S9/M', files);
    expect(await units()).toEqual({ images: [2, 0], units: [2, 0] });
  });

  test('a serial number joins images of any time into the unit of its first one', async () => {
    await store.found('S9/M', [serial('OK', 'SN1', 0)]);
    await store.found('S9/M', [serial('NG', 'SN1', 7200), serial('OK', 'SN2', 7200)]);
    expect(await units()).toEqual({ images: [2, 1], units: [1, 1] });
    // The unit SN1 counts in the hour of its first image.
    expect(await units({ startAt: at, endAt: at + 3_600_000 })).toEqual({ images: [1, 0], units: [0, 1] });
    expect(await units({ startAt: at + 7_200_000, endAt: at + 10_800_000 })).toEqual({
      images: [1, 1],
      units: [1, 0],
    });
  });

  test('views within less than a minute are units, too', async () => {
    await store.found('S9/M', [
      view('OK', 'top', 1, 10),
      view('NG', 'side', 1, 10),
      view('OK', 'top', 2, 40),
    ]);
    expect(await units({ startAt: at + 5_000, endAt: at + 20_000 })).toEqual({
      images: [1, 1],
      units: [0, 1],
    });
  });

  test('views whose names are ahead of the clock are one unit, also where the clock catches up between them', async () => {
    const namedAt = at + 9 * 3_600_000;
    const ahead = (file: ReturnType<typeof view>, foundAt: number) => ({
      ...file,
      capturedAt: foundAt,
      namedAt,
    });
    await store.found('S9/M', [
      ahead(view('OK', 'top'), at + 400),
      ahead(view('NG', 'side'), at + 900),
      ahead(view('OK', 'top', 2), at + 1_400),
    ]);
    expect(await units()).toEqual({ images: [2, 1], units: [1, 1] });
    // Within less than a minute, where rows are counted and no sums.
    expect(await units({ startAt: at, endAt: at + 5_000 })).toEqual({ images: [2, 1], units: [1, 1] });
    await store.found('S9/M', [{ ...view('OK', 'side', 2), capturedAt: namedAt }]);
    expect(await units({ startAt: 0, endAt: at * 2 })).toEqual({ images: [3, 1], units: [1, 1] });
    const images = await store.reads.inspections.list({}, { limit: 9 });
    const top = images.find((image) => image.view === 'top' && image.sequence === 2)!;
    expect(await store.reads.inspections.listOtherViews(top)).toMatchObject([{ view: 'side', sequence: 2 }]);
  });

  test('a batch recorded again, or one view found after the other, comes to the same', async () => {
    const files = [view('OK', 'top'), view('NG', 'side'), view('OK', 'top', 2), view('OK', 'side', 2)];
    for (const file of files) await store.found('S9/M', [file]);
    await store.found('S9/M', files);
    expect(await units()).toEqual({ images: [3, 1], units: [1, 1] });
  });
});
