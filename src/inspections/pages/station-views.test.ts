import { expect, test } from 'vitest';
import { hourMs } from '../../kernel/time/durations.ts';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { parsePageWindow } from '../../plant/time-window.ts';
import { noCounts } from '../../plant/yield.ts';
import { fillHours } from './station-tables.ts';
import {
  gapsView,
  historyView,
  hourTableView,
  maxGapRows,
  partTableView,
  tableQuery,
} from './station-views.ts';

const query = { period: '1d', station: 'S 9', part: 'OR-3CT' } as const;
const wallClock = createWallClock('Asia/Seoul');
const ofTables = { query, areAllHours: false, sort: null };
const noShots = { inspections: [], newer: null, older: null };

test('links to older and newer images keep the filters of the page, and so does the form', () => {
  const view = historyView(
    'S 9',
    { inspections: [], newer: 'n1', older: 'o1' },
    query,
    { verdict: 'NG', part: 'OR-3CT' },
    { parts: [] },
  );
  expect(view.olderHref).toBe('/stations/S%209?part=OR-3CT&period=1d&verdict=NG&before=o1#history');
  expect(view.newerHref).toBe('/stations/S%209?part=OR-3CT&period=1d&verdict=NG&after=n1#history');
  expect(view.newestHref).toBe('/stations/S%209?part=OR-3CT&period=1d&verdict=NG#history');
  expect(view.carried).toEqual({ part: 'OR-3CT', period: '1d' });
});

test('the newest page has no link to newer images', () => {
  const view = historyView('S9', noShots, query, { verdict: null, part: null }, { parts: [] });
  expect([view.newerHref, view.newestHref, view.olderHref]).toEqual([null, null, null]);
});

const ofHours = { ...ofTables, older: null };

test('an hour links to the page of exactly that hour, newest first', () => {
  const hours = [
    { ...noCounts, startAt: 0, endAt: 3_600_000, ok: 1, ng: 1 },
    { ...noCounts, startAt: 3_600_000, endAt: 7_200_000 },
  ];
  const { rows } = hourTableView('S9', hours, {
    ...ofHours,
    wallClock: createWallClock('UTC'),
  });
  expect(rows.map(({ startAt }) => startAt)).toEqual([3_600_000, 0]);
  expect(rows[1]?.href).toBe(
    '/stations/S9?part=OR-3CT&period=custom&start=1970-01-01T00%3A00&end=1970-01-01T01%3A00',
  );
  expect(rows.map((row) => row.yield.rate)).toEqual([null, 0.5]);
});

test('of more hours than a month the table keeps the newest and links to the rest', () => {
  const clock = createWallClock('UTC');
  const counted = Array.from({ length: 800 }, (_, i) => ({ ...noCounts, startAt: i * 3_600_000, ok: i }));
  const hours = fillHours(counted, clock);
  expect([hours.length, hours[0]?.ok, hours.at(-1)?.ok]).toEqual([744, 56, 799]);
  const asked = { ...ofHours, wallClock: clock, areAllHours: true };
  const { rows, allHours, olderHref } = hourTableView('S9', hours, {
    ...asked,
    older: { startAt: 0, endAt: 56 * 3_600_000 },
  });
  expect([rows.length, allHours]).toEqual([744, null]);
  expect(olderHref).toBe(
    '/stations/S9?part=OR-3CT&period=custom&start=1970-01-01T00%3A00&end=1970-01-03T08%3A00',
  );
  expect(hourTableView('S9', hours, asked).olderHref).toBeNull();
});

test('until all hours are asked for the table has the newest day of them, and says how many there are', () => {
  const wallClock = createWallClock('UTC');
  const hours = Array.from({ length: 30 }, (_, i) => ({
    ...noCounts,
    startAt: i * 3_600_000,
    endAt: (i + 1) * 3_600_000,
  }));
  const first = hourTableView('S9', hours, { ...ofHours, wallClock });
  expect([first.rows.length, first.rows[0]?.startAt, first.rows.at(-1)?.startAt]).toEqual([
    25,
    29 * 3_600_000,
    5 * 3_600_000,
  ]);
  expect(first.allHours).toEqual({
    count: 30,
    href: '/stations/S9?part=OR-3CT&period=1d&hours=all#station-hours',
  });
  expect(hourTableView('S9', hours.slice(5), { ...ofHours, wallClock }).allHours).toBeNull();
});

test('hours and models stand in the order asked for, and every link of the page keeps it', () => {
  const sort = { table: 'hours', column: 'ng', isDescending: true };
  const hours = [1, 5, 3].map((ng, i) => ({
    ...noCounts,
    ng,
    startAt: i * 3_600_000,
    endAt: (i + 1) * 3_600_000,
  }));
  const asked = { ...ofHours, sort, wallClock: createWallClock('UTC') };
  const view = hourTableView('S9', hours, asked);
  expect(view.rows.map(({ counts }) => counts.ng)).toEqual([5, 3, 1]);
  expect(view.isByDay).toBe(false);
  expect(view.heads.ng).toEqual({
    href: '/stations/S9?part=OR-3CT&period=1d&sort=hours-ng&dir=asc#station-hours',
    state: 'descending',
  });
  expect(view.heads.hour?.href).toBe('/stations/S9?part=OR-3CT&period=1d#station-hours');
  expect(partTableView('S9', [], { ...ofTables, sort }).heads.yield?.state).toBe('ascending');
  const history = historyView(
    'S9',
    noShots,
    query,
    { verdict: 'NG', part: null },
    { parts: [], tables: tableQuery({ ...ofTables, sort }) },
  );
  expect(history.carried).toMatchObject({ sort: 'hours-ng', dir: 'desc' });
});

test('an hour that occurs twice has a link and a mark of its own for each run', () => {
  const chicago = createWallClock('America/Chicago');
  // The clock was set back from 02:00 CDT to 01:00 CST at 07:00Z.
  const at = Date.parse('2026-11-01T05:00Z');
  const counted = [0, 90, 150, 200].map((minutes) => ({
    ...noCounts,
    startAt: at + minutes * 60_000,
    ok: 1,
    ng: 0,
  }));
  const hours = fillHours(counted, chicago);
  const { rows } = hourTableView('S9', hours, { ...ofHours, query: { period: '1d' }, wallClock: chicago });
  expect(
    rows.map(({ offset, href }) => [offset, new URL(href, 'http://x').searchParams.get('start')]),
  ).toEqual([
    [undefined, '2026-11-01T02:00'],
    ['-06:00', '2026-11-01T01:00-06:00'],
    ['-05:00', '2026-11-01T01:00-05:00'],
    [undefined, '2026-11-01T00:00'],
  ]);
  for (const { startAt, endAt, href } of rows) {
    const window = parsePageWindow(new URL(href, 'http://x').searchParams, at, chicago);
    expect(window).toMatchObject({ startAt, endAt });
  }
});

test.each([
  ['Asia/Kolkata', [30, 60, 60, 30]],
  ['Asia/Kathmandu', [15, 60, 60, 45]],
  ['Australia/Lord_Howe', [30, 60, 60, 30]],
  ['Asia/Seoul', [60, 60, 60]],
])('hours of a table are hours of the clock in %s', (timeZone, counts) => {
  const clock = createWallClock(timeZone);
  const startAt = Date.parse('2026-07-01T12:00Z');
  const minutes = Array.from({ length: 180 }, (_, i) => ({
    ...noCounts,
    startAt: startAt + i * 60_000,
    ok: 1,
    ng: 0,
  }));
  const hours = fillHours(minutes, clock);
  expect(hours.map(({ ok }) => ok)).toEqual(counts);
  for (const hour of hours) {
    expect(clock.fieldsAt(hour.startAt)).toMatchObject({ minute: 0, second: 0 });
    expect(hour.endAt - hour.startAt).toBe(3_600_000);
  }
});

test('where the clock is set by half an hour, the shorter hour has its own row', () => {
  const clock = createWallClock('Australia/Lord_Howe');
  // Set back from 02:00 to 01:30 at 15:00Z.
  const at = Date.parse('2026-04-04T14:00Z');
  const minutes = Array.from({ length: 120 }, (_, i) => ({
    ...noCounts,
    startAt: at + i * 60_000,
    ok: 1,
    ng: 0,
  }));
  expect(
    fillHours(minutes, clock).map((hour) => [clock.format(hour.startAt, 'hourMinute'), hour.ok]),
  ).toEqual([
    ['01:00', 60],
    ['01:30', 30],
    ['02:00', 30],
  ]);
});

test('the worst part comes first', () => {
  const part = (name: string, ok: number, ng: number) => ({
    part: name,
    counts: { ...noCounts, ok, ng },
    latestAt: null,
  });
  const { rows } = partTableView('S9', [part('none', 0, 0), part('good', 9, 0), part('bad', 5, 5)], ofTables);
  expect(rows.map((row) => row.part)).toEqual(['bad', 'good', 'none']);
});

test('a long list of gaps is cut where a second ends, and links to the older ones', () => {
  const at = Date.UTC(2025, 8, 6, 1);
  // Two a second, newest first.
  const gaps = Array.from({ length: maxGapRows + 1 }, (_, i) => ({
    station: 'S9',
    part: 'OR-3CT',
    kind: 'missing' as const,
    fromSequence: i,
    toSequence: i,
    count: 1,
    fromAt: at - i * 500,
    toAt: at - i * 500,
  }));
  const rest = { query, window: { startAt: at - hourMs, endAt: at + 1 }, checkedCount: 9, wallClock };
  const view = gapsView('S9', gaps, rest);
  expect([view.gaps.length, view.gaps.at(-1)?.toAt]).toEqual([maxGapRows - 1, at - 24_000]);
  expect(view.olderHref).toContain('end=2025-09-06T09%3A59%3A36');
  expect(gapsView('S9', gaps.slice(0, maxGapRows), rest)).toMatchObject({ olderHref: null });
  const together = gaps.map((gap) => ({ ...gap, toAt: at }));
  expect(gapsView('S9', together, rest).gaps).toHaveLength(maxGapRows + 1);
});
