import { expect, test } from 'vitest';
import { noticesView, roundRemaining } from './notices.ts';

const now = Date.UTC(2026, 10, 21, 5, 2, 0);

test('several folders have one progress, with a believable estimate of the time left', () => {
  const view = noticesView(
    [
      { backfill: { done: 100, total: 400, startedAt: now - 10_000 } },
      { backfill: null },
      { backfill: { done: 0, total: 100, startedAt: now - 5_000 } },
    ],
    now,
  );
  expect(view.backfill).toEqual({ done: 100, total: 500, remainingMs: 40_000 });
  expect([1, 12_400, 150_000, 5_000_000].map(roundRemaining)).toEqual([5_000, 10_000, 180_000, 4_800_000]);
});

test('a few files, as of a station that is new, are no notice that moves the page', () => {
  const backfillOf = (total: number) =>
    noticesView([{ backfill: { done: 0, total, startedAt: now } }], now).backfill;
  expect([backfillOf(3), backfillOf(99)]).toEqual([null, null]);
  expect(backfillOf(100)).toMatchObject({ total: 100 });
});
