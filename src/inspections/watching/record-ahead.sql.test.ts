import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
  unmatchedFile,
} from '../../testing/inspection-store.ts';
import { recordAhead } from './record-ahead.ts';

describe(`images recorded ahead of their files in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  const files = Array.from({ length: 1_050 }, (_, i) =>
    imageFile(i % 50 === 0 ? 'NG' : 'OK', at + i * 1000, i),
  );
  const odd = unmatchedFile('calibration-003.jpg', at + 500);

  async function announce(): Promise<number> {
    let told = 0;
    await recordAhead(
      [...files, odd].map(({ name, capturedAt }) => ({ folder: 'S9/OR-3CT', name, capturedAt })),
      {
        rootId: store.rootId,
        naming: {},
        wallClock: createWallClock('UTC'),
        record: { recordFound: ({ folder, files: some }) => store.found(folder.path, some) },
        onRecorded: ({ added }) => {
          told += added;
        },
      },
    );
    return told;
  }

  test('are counted as their names say, once, and a sweep that finds the files adds nothing', async () => {
    expect(await announce()).toBe(1_051);
    const total = { ok: 1_029, ng: 21, unmatched: 1 };
    expect(await store.total()).toEqual(total);
    expect((await store.rows()).find(({ name }) => name === odd.name)?.capturedAt).toBe(at + 500);
    expect(await announce()).toBe(0);
    expect(await store.found('S9/OR-3CT', [...files, odd])).toMatchObject({ added: 0, rejudged: 0 });
    expect(await store.total()).toEqual(total);
  });
});
