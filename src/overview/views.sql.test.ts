import { expect, test } from 'vitest';
import { noCounts } from '../plant/yield.ts';
import { createTestApp } from '../testing/test-app.ts';
import { type OverviewContext, type OverviewStation, overviewView } from './views.ts';

const hourMs = 3_600_000;
const now = Date.UTC(2026, 10, 21, 5, 2, 0);
const thisHour = Math.floor(now / hourMs) * hourMs;

const context: OverviewContext = {
  now,
  drawSparkline: (rates, { min, max }) => `${rates.length} ${min} ${max}`,
  sources: [{ state: 'online' }],
  badImageCount: 0,
  plan: null,
  liveHrefOf: (name) => (name === 'seen' ? '/live/station/seen' : null),
};

function station(name: string, ng: number, more: Partial<OverviewStation> = {}): OverviewStation {
  const hours = Array.from({ length: 24 }, (_, i) => ({
    ...noCounts,
    startAt: thisHour - i * hourMs,
    ok: 980,
    ng: 20,
  }));
  return {
    site: null,
    isElsewhere: false,
    station: name,
    isDemo: false,
    lastSeenAt: now - 1000,
    state: { code: 'running' },
    also: [],
    lastHour: { ...noCounts, ok: 1000 - ng, ng },
    lastDay: { ...noCounts, ok: 23_520, ng: 480 },
    lastHourMix: [{ total: 1000, ng, share: 0.02, basis: 20_000 }],
    hours,
    last: null,
    ...more,
  };
}

const silent = { code: 'silent', sinceAt: now - 600_000, usualIntervalMs: 3_000 } as const;
const burst = { code: 'ngBurst', sinceAt: now - 600_000 } as const;
const low = { code: 'usualYield', sinceAt: null, usual: 0.98 } as const;

test('nothing is called right before it was judged', () => {
  const figures = (stations: OverviewStation[], sources: OverviewContext['sources'] = context.sources) =>
    overviewView(stations, { ...context, sources }).figures;
  const fine = station('fine', 10);
  expect(figures([fine])).toMatchObject({ plant: { kind: 'allRight' }, plantTone: 'ok' });
  for (const unjudged of [
    figures([]),
    figures([fine, station('new', 0, { state: null })]),
    figures([fine], [{ state: 'offline' }]),
    figures([fine], [{ state: 'starting' }]),
    figures([fine], [{ state: 'online' }, { state: 'offline' }]),
  ])
    expect(unjudged).toMatchObject({ plant: { kind: 'unjudged' }, plantTone: 'unknown' });
});

test('the folders of this site say nothing of another one', () => {
  const tag = { name: 'north', label: 'North', timeZone: 'UTC', isOwn: false };
  const offline = { ...context, sources: [{ state: 'offline' as const }], site: { tag } };
  const { sources, plant } = overviewView([station('S9', 10, { site: tag })], offline).figures;
  expect([sources, plant]).toEqual([null, { kind: 'allRight' }]);
});

test('faulty stations sort to the top, then the worst yield, then stations at rest', () => {
  const view = overviewView(
    [
      station('fine', 10),
      station('rest', 0, {
        state: { code: 'notScheduled', lastSeenAt: now - 24 * hourMs },
        lastHour: { ...noCounts, ok: 0, ng: 0 },
      }),
      station('silent', 5, { state: silent }),
      station('worse', 30),
      station('burst', 90, { state: burst }),
    ],
    context,
  );
  expect(view.rows.map((row) => row.station)).toEqual(['silent', 'burst', 'worse', 'fine', 'rest']);
  expect([view.figures.plant, view.figures.plantTone, view.figures.stationCount]).toEqual([
    { kind: 'wrong', count: 2 },
    'ng',
    5,
  ]);
});

test('of too many stations the Overview shows those that need attention, and counts all', () => {
  const many = Array.from({ length: 300 }, (_, i) => station(`fine ${i}`, 10));
  const view = overviewView([...many, station('silent', 5, { state: silent })], context);
  expect([view.rows.length, view.rows[0]?.station, view.moreCount]).toEqual([200, 'silent', 101]);
  expect([view.figures.stationCount, view.figures.plant]).toEqual([301, { kind: 'wrong', count: 1 }]);
});

test('the yield is highlighted only below the usual range of its mix, and red only with an NG burst', () => {
  const usual = overviewView([station('S9', 20)], context).figures;
  expect(usual.usual?.lower).toBeCloseTo(0.98 - 3 * Math.sqrt(0.98 * 0.02 * (1 / 1000 + 1 / 20_000)), 6);
  expect(usual.tone).toBe('ok');
  expect(overviewView([station('S9', 35)], context).figures.tone).toBe('warn');
  expect(overviewView([station('S9', 35, { state: burst })], context).figures.tone).toBe('ng');
});

test('a station far below its own usual yield is counted and sorts to the top', () => {
  const view = overviewView([station('fine', 10), station('poor', 30, { state: low })], context);
  expect([view.figures.plant, view.figures.plantTone]).toEqual([{ kind: 'wrong', count: 1 }, 'warn']);
  expect(view.rows.map(({ station, judged }) => [station, judged.tone, judged.state?.code])).toEqual([
    ['poor', 'warn', 'usualYield'],
    ['fine', 'ok', 'running'],
  ]);
});

test('a change of mix alone moves the usual range, not the tone', () => {
  const mixOf = (good: number, bad: number) => [
    { total: good, ng: good * 0.005, share: 0.005, basis: 20_000 },
    { total: bad, ng: bad * 0.1, share: 0.1, basis: 20_000 },
  ];
  const figuresOf = (good: number, bad: number) => {
    const ng = good * 0.005 + bad * 0.1;
    const lastHour = { ...noCounts, ok: good + bad - ng, ng };
    return overviewView([station('S9', 0, { lastHour, lastHourMix: mixOf(good, bad) })], context).figures;
  };
  const [usual, other] = [figuresOf(800, 200), figuresOf(200, 800)];
  expect([usual.tone, other.tone]).toEqual(['ok', 'ok']);
  expect(usual.usual!.lower).toBeGreaterThan(other.usual!.upper);
});

test('a plant of which little is known has no usual range', () => {
  const young = station('S9', 34, {
    hours: [{ ...noCounts, startAt: thisHour, ok: 966, ng: 34 }],
    lastHourMix: [{ total: 400, ng: 4, share: 0.01, basis: 1_000 }],
  });
  expect(overviewView([young], context).figures.usual).toBeNull();
  expect(overviewView([young], context).figures.usualHourCount).toBeNull();
});

test('the usual number of images is the median of the whole hours with production', () => {
  const hour = (ago: number, ok: number) => ({ ...noCounts, startAt: thisHour - ago * hourMs, ok, ng: 0 });
  const hours = [hour(0, 1), hour(1, 100), hour(2, 0), hour(3, 900), hour(4, 300)];
  expect(overviewView([station('S9', 0, { hours })], context).figures.usualHourCount).toBe(300);
});

test('all sparklines share one scale that begins at 90 % or below the worst hour', () => {
  expect(overviewView([station('S9', 20)], context).rows[0]?.sparklineSvg).toBe('24 0.9 1');
  const bad = station('S4', 20, { hours: [{ ...noCounts, startAt: thisHour, ok: 50, ng: 50 }] });
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

test('another order is that of all rows, with what is unknown last, and the first one needs no word', () => {
  const stations = [
    station('S10', 10, { lastHour: { ...noCounts, ok: 40, ng: 10 } }),
    station('S9', 30, { state: silent }),
    station('S11', 0, { lastHour: noCounts, lastSeenAt: null }),
  ];
  const view = (column: string, isDescending: boolean) =>
    overviewView(stations, { ...context, sort: { table: 'stations', column, isDescending } });
  const order = (column: string, isDescending: boolean) =>
    view(column, isDescending).rows.map((row) => row.station);
  expect(order('station', false)).toEqual(['S9', 'S10', 'S11']);
  expect(order('yield', false)).toEqual(['S10', 'S9', 'S11']);
  expect(order('yield', true)).toEqual(['S9', 'S10', 'S11']);
  expect(order('output', true)).toEqual(['S9', 'S10', 'S11']);
  expect(view('ng', true).order.itemIds).toEqual(['row-S9', 'row-S10', 'row-S11']);
  const { heads, figures } = view('yield', false);
  expect([figures.isListedFirst, overviewView(stations, context).figures.isListedFirst]).toEqual([
    false,
    true,
  ]);
  expect(heads.yield).toEqual({ href: '/overview?sort=stations-yield&dir=desc', state: 'ascending' });
  expect(heads.state).toEqual({ href: '/overview', state: null });
});

test('the address of the Overview keeps its order in what follows, and an unknown one is refused', async () => {
  await using plant = await createTestApp({
    images: [
      'S9/P/OK-20250906-102131-1.jpg',
      'S9/P/OK-20250906-102132-2.jpg',
      'S4/P/NG-20250906-102131-1.jpg',
      'S4/P/OK-20250906-102132-2.jpg',
      'S4/P/OK-20250906-102133-3.jpg',
    ],
  });
  const rows = (html: string) => Array.from(html.matchAll(/ id="row-(S\d)"/g), ([, name]) => name);
  const html = await plant.text('/overview?sort=stations-output&dir=asc');
  expect(rows(html)).toEqual(['S9', 'S4']);
  expect(html).toMatch(
    /class="sort"\s+aria-sort="ascending"\s*>\s*<a href="\/overview\?sort=stations-output&amp;dir=desc"/,
  );
  expect(html).toContain(encodeURIComponent('/overview/stations?sort=stations-output&dir=asc'));
  expect(rows(await plant.text('/overview'))).toEqual(['S4', 'S9']);
  for (const path of ['/overview', '/sources'])
    expect((await plant.request(`${path}?sort=stations-luck`)).status).toBe(400);
  const sources = await plant.text('/sources?sort=stations-name&dir=desc');
  expect(sources.indexOf('/stations/S9')).toBeLessThan(sources.indexOf('/stations/S4'));
  expect(sources).toContain('href="/sources#source-1"');
});
