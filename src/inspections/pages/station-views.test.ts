import { expect, test } from 'vitest';
import { gapsView, historyView, hourTableView, maxGapRows, partTableView } from './station-views.ts';

const query = { period: '1d', station: 'S 9', part: 'OR-3CT' } as const;
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

test('an hour links to the page of exactly that hour, newest first', () => {
  const hours = [
    { startAt: 0, ok: 1, ng: 1, unmatched: 0 },
    { startAt: 3_600_000, ok: 0, ng: 0, unmatched: 0 },
  ];
  const { rows } = hourTableView('S9', hours, query, (at) => `T${at / 3_600_000}`);
  expect(rows.map(({ startAt }) => startAt)).toEqual([3_600_000, 0]);
  expect(rows[1]?.href).toBe('/stations/S9?part=OR-3CT&period=custom&start=T0&end=T1');
  expect(rows.map((row) => row.yield.rate)).toEqual([null, 0.5]);
});

test('the worst part comes first', () => {
  const part = (name: string, ok: number, ng: number) => ({
    part: name,
    counts: { ok, ng, unmatched: 0 },
    latestAt: null,
  });
  const { rows } = partTableView('S9', [part('none', 0, 0), part('good', 9, 0), part('bad', 5, 5)], query);
  expect(rows.map((row) => row.part)).toEqual(['bad', 'good', 'none']);
});

test('a long list of gaps is cut off and says how many are left out', () => {
  const gaps = Array.from({ length: maxGapRows + 3 }, (_, i) => ({
    station: 'S9',
    part: 'OR-3CT',
    kind: 'missing' as const,
    fromSequence: i,
    toSequence: i,
    count: 1,
    fromAt: i,
    toAt: i,
  }));
  const view = gapsView('S9', gaps, 1000, query);
  expect([view.gaps.length, view.moreCount, view.gaps[0]?.toAt]).toEqual([maxGapRows, 3, maxGapRows + 2]);
});
