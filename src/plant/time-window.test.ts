import { expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { bucketsOf, fillBuckets, parsePageWindow, parseStatsWindow, type TimeWindow } from './time-window.ts';

const seoul = createWallClock('Asia/Seoul');
const newYork = createWallClock('America/New_York');
const now = seoul.parse('2025-09-06T14:02:31')!;
const query = (text: string) => new URLSearchParams(text);
const shown = ({ startAt, endAt }: TimeWindow, clock = seoul) =>
  `${clock.format(startAt, 'minute')} to ${clock.format(endAt, 'minute')}`;

test('a page opens on the last hour and includes an image of this second', () => {
  const window = parsePageWindow(query(''), now, seoul);
  expect(window.period).toBe('1h');
  expect(shown(window)).toBe('2025-09-06T13:03 to 2025-09-06T14:03');
  expect(window.startAt <= now && now < window.endAt).toBe(true);
  const onTheMinute = parsePageWindow(query('period=1h'), window.endAt, seoul);
  expect(onTheMinute.endAt).toBe(window.endAt + 60_000);
});

test('a page covers a day, a week, or the times of its fields', () => {
  expect(shown(parsePageWindow(query('period=1d'), now, seoul))).toBe('2025-09-05T14:03 to 2025-09-06T14:03');
  expect(shown(parsePageWindow(query('period=1w'), now, seoul))).toBe('2025-08-30T14:03 to 2025-09-06T14:03');
  const custom = parsePageWindow(
    query('period=custom&start=2025-09-01T08:00&end=2025-09-01T17:00'),
    now,
    seoul,
  );
  expect(custom.period).toBe('custom');
  expect(shown(custom)).toBe('2025-09-01T08:00 to 2025-09-01T17:00');
  expect(parsePageWindow(query('start=2025-09-01T08:00'), now, seoul).period).toBe('custom');
  expect(shown(parsePageWindow(query('period=custom&start=&end='), now, seoul))).toBe(
    '2025-09-05T14:03 to 2025-09-06T14:03',
  );
  expect(parsePageWindow(query('period=1d&start=2025-09-01T08:00'), now, seoul).period).toBe('1d');
});

test('a page covers the running hour, today or yesterday by the clock of the site, also where it is set', () => {
  const kolkata = createWallClock('Asia/Kolkata');
  const at = kolkata.parse('2025-09-06T14:02:31')!;
  expect(shown(parsePageWindow(query('period=hour'), at, kolkata), kolkata)).toBe(
    '2025-09-06T14:00 to 2025-09-06T14:03',
  );
  expect(shown(parsePageWindow(query('period=today'), now, seoul))).toBe(
    '2025-09-06T00:00 to 2025-09-06T14:03',
  );
  expect(shown(parsePageWindow(query('period=yesterday'), now, seoul))).toBe(
    '2025-09-05T00:00 to 2025-09-06T00:00',
  );
  // The day before had 25 hours.
  const monday = newYork.parse('2025-11-03T00:00:20')!;
  const { startAt, endAt } = parsePageWindow(query('period=yesterday'), monday, newYork);
  expect(endAt - startAt).toBe(25 * 3_600_000);
  const statistics = parseStatsWindow(query('period=today'), monday, newYork);
  expect(statistics.endAt - statistics.startAt).toBe(60_000);
  expect(() => parsePageWindow(query('period=2h'), now, seoul)).toThrow('hour, 1h, today');
});

test('the old statistics end at the current minute and cover 24 h by default', () => {
  expect(shown(parseStatsWindow(query(''), now, seoul))).toBe('2025-09-05T14:02 to 2025-09-06T14:02');
  expect(shown(parseStatsWindow(query('period=1h'), now, seoul))).toBe(
    '2025-09-06T13:02 to 2025-09-06T14:02',
  );
  expect(shown(parseStatsWindow(query('period=1w'), now, seoul))).toBe(
    '2025-08-30T14:02 to 2025-09-06T14:02',
  );
  expect(shown(parseStatsWindow(query('start=2025-09-05T23:00:00Z&end=2025-09-06T09:30'), now, seoul))).toBe(
    '2025-09-06T08:00 to 2025-09-06T09:30',
  );
});

test('an end that is not after its start becomes one minute', () => {
  for (const parse of [parsePageWindow, parseStatsWindow]) {
    const window = parse(query('start=2025-09-06T10:00&end=2025-09-06T10:00'), now, seoul);
    expect(shown(window)).toBe('2025-09-06T10:00 to 2025-09-06T10:01');
    expect(shown(parse(query('start=2025-09-06T10:00&end=2025-09-01T10:00'), now, seoul))).toBe(
      '2025-09-06T10:00 to 2025-09-06T10:01',
    );
  }
});

test.each(['start', 'end', 'period'])('a malformed %s is refused and named', (field) => {
  for (const parse of [parsePageWindow, parseStatsWindow]) {
    expect(() => parse(query(`${field}=toString`), now, seoul)).toThrow(
      expect.objectContaining({ code: 'invalid', details: { field } }),
    );
  }
});

test.each([
  ['an hour into minutes', '2025-09-06T13:03', '2025-09-06T14:03', 60_000, 60],
  ['five hours into 5 minutes', '2025-09-06T09:00', '2025-09-06T14:00', 300_000, 60],
  ['twelve hours into quarters', '2025-09-06T02:00', '2025-09-06T14:00', 900_000, 48],
  ['a day into hours', '2025-09-05T14:03', '2025-09-06T14:03', 3_600_000, 25],
  ['a week into quarter days', '2025-08-30T14:03', '2025-09-06T14:03', 21_600_000, 29],
  ['two months into days', '2025-07-08T00:00', '2025-09-06T00:00', 86_400_000, 60],
  ['a year into weeks', '2024-09-06T00:00', '2025-09-06T00:00', 7 * 86_400_000, 53],
])('a trend cuts %s', (_name, start, end, bucketMs, count) => {
  const window = { startAt: seoul.parse(start)!, endAt: seoul.parse(end)! };
  const cut = bucketsOf(window, seoul);
  expect(cut.bucketMs).toBe(bucketMs);
  expect(cut.buckets.length).toBe(count);
  expect(cut.buckets[0]!.startAt).toBe(window.startAt);
  expect(cut.buckets.at(-1)!.endAt).toBe(window.endAt);
  for (const [i, bucket] of cut.buckets.entries()) {
    expect(bucket.endAt).toBeGreaterThan(bucket.startAt);
    if (i > 0) expect(bucket.startAt).toBe(cut.buckets[i - 1]!.endAt);
  }
});

test("buckets of a day start at the site's midnight, which clock changes make 23 or 25 hours apart", () => {
  const lengthsOf = (start: string, end: string) => {
    const cut = bucketsOf({ startAt: newYork.parse(start)!, endAt: newYork.parse(end)! }, newYork, 20);
    return cut.buckets.map(({ startAt, endAt }) => (endAt - startAt) / 3_600_000);
  };
  expect(lengthsOf('2025-03-01', '2025-03-15')).toEqual([
    24, 24, 24, 24, 24, 24, 24, 24, 23, 24, 24, 24, 24, 24,
  ]);
  expect(lengthsOf('2025-10-27', '2025-11-08')).toEqual([24, 24, 24, 24, 24, 24, 25, 24, 24, 24, 24, 24]);
});

test('hours and quarter days follow the wall clock through a clock change', () => {
  const cutTimes = (start: string, end: string, maxBuckets: number) =>
    bucketsOf(
      { startAt: newYork.parse(start)!, endAt: newYork.parse(end)! },
      newYork,
      maxBuckets,
    ).buckets.map(({ startAt }) => newYork.format(startAt, 'hourMinute'));
  expect(cutTimes('2025-03-09T00:00', '2025-03-09T05:00', 10)).toEqual(['00:00', '01:00', '03:00', '04:00']);
  expect(cutTimes('2025-11-02T00:00', '2025-11-02T03:00', 10)).toEqual(['00:00', '01:00', '01:00', '02:00']);
  expect(cutTimes('2025-11-02T00:00', '2025-11-03T00:00', 6)).toEqual(['00:00', '06:00', '12:00', '18:00']);
});

test('a window of any length has a bounded number of buckets', () => {
  const window = { startAt: seoul.parse('0001-01-02')!, endAt: seoul.parse('9999-12-30')! };
  expect(bucketsOf(window, seoul).buckets.length).toBeLessThanOrEqual(62);
  expect(bucketsOf({ startAt: now, endAt: now + 1 }, seoul).buckets).toEqual([
    { startAt: now, endAt: now + 1 },
  ]);
});

test('minute and hour counts are summed into their buckets, others are ignored', () => {
  const window = { startAt: 1_000, endAt: 4_000 };
  const buckets = [
    { startAt: 1_000, endAt: 2_500 },
    { startAt: 2_500, endAt: 4_000 },
  ];
  const row = (startAt: number, ok: number) => ({
    startAt,
    ok,
    ng: 1,
    unmatched: 2,
    undecided: 3,
    furtherOk: 1,
    furtherNg: 0,
  });
  expect(
    fillBuckets(buckets, [row(999, 50), row(1_000, 1), row(2_499, 2), row(2_500, 4), row(window.endAt, 70)]),
  ).toEqual([
    { startAt: 1_000, ok: 3, ng: 2, unmatched: 4, undecided: 6, furtherOk: 2, furtherNg: 0 },
    { startAt: 2_500, ok: 4, ng: 1, unmatched: 2, undecided: 3, furtherOk: 1, furtherNg: 0 },
  ]);
  expect(fillBuckets([], [row(1, 1)])).toEqual([]);
});
