import { expect, test } from 'vitest';
import { noCounts } from '../../plant/yield.ts';
import type { InspectionRef, StationSummary } from '../model.ts';
import { cardsView, stationCard, type ViewContext } from './cards-views.ts';
import { shotView } from './shot-view.ts';

const now = Date.UTC(2026, 10, 21, 5, 2, 0);
const window = { startAt: now - 3_600_000, endAt: now + 30_000 };
const context: ViewContext = {
  now,
  query: { period: '1h' },
  window,
  steps: { previousHref: '/previous', nextHref: null, fixedHref: '/fixed' },
  bucketMs: 60_000,
  drawTrend: () => '<svg></svg>',
};

function summary(
  station: string,
  ok: number,
  ng: number,
  more: Partial<StationSummary> = {},
): StationSummary {
  return {
    site: null,
    station,
    isDemo: false,
    counts: { ...noCounts, ok, ng },
    parts: [{ part: 'OR-3CT', counts: { ...noCounts, ok, ng } }],
    latestAt: now - 1000,
    lastSeenAt: now - 1000,
    last: null,
    lastNgs: [],
    trend: [],
    state: { code: 'running' },
    also: [],
    ...more,
  };
}

const inspection: InspectionRef = {
  id: 7,
  rootId: 1,
  revision: 1,
  site: 'main',
  stationId: 1,
  station: 'S9',
  part: 'OR-3CT',
  path: 'S9/OR-3CT/NG-1.jpg',
  name: 'NG-1.jpg',
  capturedAt: now,
  namedAt: null,
  verdict: 'NG',
  word: null,
  sequence: 1,
  view: null,
  unit: null,
  sizeBytes: 1,
  foundAt: now,
  missingAt: null,
  clearedAt: null,
  rejudgedAt: null,
  previousVerdict: null,
};

const rest = {
  notices: { backfill: null, drawing: null },
  empty: {
    folders: [{ path: '/data', state: 'online' as const, files: 0, owner: null, layoutHref: null }],
    exampleName: 'x.jpg',
    pattern: null,
    demo: 'offered' as const,
  },
  anyImageEver: true,
  hiddenCount: 0,
};

test('the worst yield comes first and stations without a yield come last', () => {
  const view = cardsView(
    [summary('B', 99, 1), summary('none', 0, 0), summary('A', 90, 10), summary('C', 99, 1)],
    context,
    rest,
  );
  expect(view.cards.map(({ station }) => station)).toEqual(['A', 'B', 'C', 'none']);
  expect(view.covers.totalCount).toBe(300);
});

test('a yield of few inspections is shown with its interval, one of many without', () => {
  expect(stationCard(summary('S', 10, 0), context).yield.interval?.lower).toBeCloseTo(0.7225, 4);
  expect(stationCard(summary('S', 49, 1), context).yield.interval).toBeNull();
  expect(stationCard(summary('S', 0, 0), context).yield).toEqual({ rate: null, units: null, interval: null });
});

test('a card names four parts and how many more there are', () => {
  const parts = ['a', 'b', 'c', 'd', 'e', 'f'].map((part) => ({
    part,
    counts: { ...noCounts, ok: 1, ng: 0 },
  }));
  const card = stationCard(summary('S', 6, 0, { parts }), context);
  expect(card.parts.length).toBe(4);
  expect(card.morePartsCount).toBe(2);
});

test('the bar of a part compares it with the largest part of the card', () => {
  const parts = [
    { part: 'a', counts: { ...noCounts, ok: 75, ng: 25 } },
    { part: 'b', counts: { ...noCounts, ok: 50, unmatched: 9 } },
  ];
  const card = stationCard(summary('S', 125, 25, { parts }), context);
  expect(card.parts.map(({ bar }) => bar)).toEqual([
    { ok: 75, ng: 25 },
    { ok: 50, ng: 0 },
  ]);
});

test('nine stations and more are rows, fewer are cards, and a wall has its tiles', () => {
  const isCompact = (count: number, kiosk = false) => {
    const summaries = Array.from({ length: count }, (_, i) => summary(`S${i}`, 9, 1));
    return cardsView(summaries, { ...context, query: { period: '1h', kiosk } }, rest).isCompact;
  };
  expect([isCompact(8), isCompact(9), isCompact(9, true)]).toEqual([false, true, false]);
});

test('a card says which share of NG fills its lane', () => {
  const trend = [{ ...noCounts, startAt: window.startAt, ok: 30, ng: 10 }];
  expect(stationCard(summary('S', 30, 10, { trend }), context).fullNgPercent).toBe(25);
  expect(stationCard(summary('S', 1, 0), context).fullNgPercent).toBe(10);
});

test('current problems of a station are on a card of the present, not of a past window', () => {
  const burst = summary('S9', 90, 10, { state: { code: 'ngBurst', sinceAt: now - 60_000 } });
  const of = (endAt: number) => stationCard(burst, { ...context, window: { ...window, endAt } });
  expect([of(now + 1).tone, of(now + 1).judged?.state?.code]).toEqual(['ng', 'ngBurst']);
  expect([of(now).tone, of(now).judged]).toEqual(['unknown', null]);
});

test('the link to all NG keeps the chosen time and part', () => {
  const query = { period: '1d', part: 'OR-3CT', station: 'S9' } as const;
  expect(stationCard(summary('S9', 1, 1), { ...context, query }).allNgHref).toBe(
    '/stations/S9?part=OR-3CT&period=1d&verdict=NG',
  );
});

test('an empty page distinguishes a plant without images from a window without images', () => {
  expect(cardsView([], context, { ...rest, anyImageEver: false }).empty?.kind).toBe('nothing-yet');
  expect(cardsView([], context, rest).empty?.kind).toBe('nothing-here');
  expect(cardsView([summary('S', 1, 0)], context, rest).empty).toBeNull();
  const quiet = cardsView([summary('S', 0, 0)], context, rest);
  expect([quiet.empty?.kind, quiet.cards.length]).toEqual(['nothing-here', 1]);
});

test('an unreadable or missing image says so', () => {
  expect(shotView(inspection, { unreadable: new Map([[7, 'truncated']]) }).unreadable).toBe('truncated');
  expect(shotView({ ...inspection, missingAt: now }).missing).toBe(true);
});

test('a wall with too many stations shows the worst ones', () => {
  const many = Array.from({ length: 90 }, (_, i) => summary(`S${i}`, 100, i));
  const view = cardsView(many, { ...context, query: { period: '1h', kiosk: true } }, rest);
  expect([view.cards.length, view.cards[0]?.station]).toEqual([80, 'S89']);
  expect(cardsView(many, context, rest).cards.length).toBe(90);
});

test('a page with too many stations shows the worst ones and says how many there are', () => {
  const many = Array.from({ length: 250 }, (_, i) => summary(`S${i}`, 1000, i));
  const view = cardsView(many, context, { ...rest, totals: { stations: 9_000, images: 70_000 } });
  expect([view.cards.length, view.cards[0]?.station, view.moreCount]).toEqual([200, 'S249', 8_800]);
  expect([view.covers.stationCount, view.covers.totalCount]).toEqual([9_000, 70_000]);
});
