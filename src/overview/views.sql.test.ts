import { expect, test } from 'vitest';
import { type OverviewContext, type OverviewStation, overviewView } from './views.ts';

const hourMs = 3_600_000;
const now = Date.UTC(2026, 10, 21, 5, 2, 0);
const thisHour = Math.floor(now / hourMs) * hourMs;

const context: OverviewContext = {
  now,
  drawSparkline: (rates, { min, max }) => `${rates.length} ${min} ${max}`,
  sources: { total: 1, online: 1 },
  badImageCount: 0,
  liveHrefOf: (name) => (name === 'seen' ? '/live/station/seen' : null),
};

function station(name: string, ng: number, more: Partial<OverviewStation> = {}): OverviewStation {
  const hours = Array.from({ length: 24 }, (_, i) => ({
    startAt: thisHour - i * hourMs,
    ok: 980,
    ng: 20,
    unmatched: 0,
  }));
  return {
    site: null,
    isElsewhere: false,
    station: name,
    lastSeenAt: now - 1000,
    usualIntervalMs: 3000,
    ngBurstSince: null,
    belowUsual: null,
    lastHour: { ok: 1000 - ng, ng, unmatched: 0 },
    lastDay: { ok: 23_520, ng: 480, unmatched: 0 },
    hours,
    last: null,
    ...more,
  };
}

test('faulty stations sort to the top, then the worst yield, then stations at rest', () => {
  const view = overviewView(
    [
      station('fine', 10),
      station('rest', 0, { lastSeenAt: now - 24 * hourMs, lastHour: { ok: 0, ng: 0, unmatched: 0 } }),
      station('silent', 5, { lastSeenAt: now - 600_000 }),
      station('worse', 30),
      station('burst', 90, { ngBurstSince: now - 600_000 }),
    ],
    context,
  );
  expect(view.rows.map((row) => row.station)).toEqual(['burst', 'silent', 'worse', 'fine', 'rest']);
  expect([view.figures.wrongCount, view.figures.wrongTone, view.figures.stationCount]).toEqual([2, 'ng', 5]);
});

test('of too many stations the Overview shows those that need attention, and counts all', () => {
  const many = Array.from({ length: 300 }, (_, i) => station(`fine ${i}`, 10));
  const view = overviewView([...many, station('silent', 5, { lastSeenAt: now - 600_000 })], context);
  expect([view.rows.length, view.rows[0]?.station, view.moreCount]).toEqual([200, 'silent', 101]);
  expect([view.figures.stationCount, view.figures.wrongCount]).toEqual([301, 1]);
});

test('the yield is highlighted only below the usual range of the last day, and red only with an NG burst', () => {
  const usual = overviewView([station('S9', 20)], context).figures;
  expect(usual.usual?.lower).toBeCloseTo(0.98 - 3 * Math.sqrt((0.98 * 0.02) / 1000), 6);
  expect(usual.tone).toBe('ok');
  expect(overviewView([station('S9', 34)], context).figures.tone).toBe('warn');
  const burst = station('S9', 34, { ngBurstSince: now - 600_000 });
  expect(overviewView([burst], context).figures.tone).toBe('ng');
});

test('a station far below its own usual yield is counted and sorts to the top', () => {
  const view = overviewView([station('fine', 10), station('poor', 30, { belowUsual: 0.98 })], context);
  expect([view.figures.wrongCount, view.figures.wrongTone]).toEqual([1, 'warn']);
  expect(view.rows.map((row) => [row.station, row.tone, row.conditions[0]?.kind])).toEqual([
    ['poor', 'warn', 'low'],
    ['fine', 'ok', 'running'],
  ]);
});

test('a plant that has run for an hour only has no usual range', () => {
  const young = station('S9', 34, { hours: [{ startAt: thisHour, ok: 966, ng: 34, unmatched: 0 }] });
  expect(overviewView([young], context).figures.usual).toBeNull();
  expect(overviewView([young], context).figures.usualHourCount).toBeNull();
});

test('the usual number of images is the median of the whole hours with production', () => {
  const hour = (ago: number, ok: number) => ({ startAt: thisHour - ago * hourMs, ok, ng: 0, unmatched: 0 });
  const hours = [hour(0, 1), hour(1, 100), hour(2, 0), hour(3, 900), hour(4, 300)];
  expect(overviewView([station('S9', 0, { hours })], context).figures.usualHourCount).toBe(300);
});

test('all sparklines share one scale that begins at 90 % or below the worst hour', () => {
  expect(overviewView([station('S9', 20)], context).rows[0]?.sparklineSvg).toBe('24 0.9 1');
  const bad = station('S4', 20, { hours: [{ startAt: thisHour, ok: 50, ng: 50, unmatched: 0 }] });
  expect(overviewView([station('S9', 20), bad], context).rows.map((row) => row.sparklineSvg)).toEqual([
    '24 0.5 1',
    '24 0.5 1',
  ]);
});

test('a row leads to the live picture of a station of this site that has one', () => {
  const tag = { name: 'north', label: 'North', timeZone: 'UTC', isOwn: false };
  const view = overviewView(
    [station('seen', 10), station('unseen', 10), station('seen', 20, { site: tag })],
    context,
  );
  const hrefs = view.rows.map(({ station, siteLabel, liveHref }) => [station, siteLabel, liveHref]);
  expect(hrefs).toContainEqual(['seen', null, '/live/station/seen']);
  expect(view.rows.filter(({ liveHref }) => liveHref !== null)).toHaveLength(1);
});
