import { trialView } from '../inspections/layouts/layout-views.ts';
import type { InspectionRef, SourceStatus, StationSummary } from '../inspections/model.ts';
import { cardsView, type ViewContext, yieldView } from '../inspections/pages/cards-views.ts';
import { noticesView } from '../inspections/pages/notices.ts';
import { shotView } from '../inspections/pages/shot-view.ts';
import { badImagesView, sourcePanel, sourceStationTable } from '../inspections/pages/sources/source-views.ts';
import type { SilenceView } from '../inspections/pages/sources/station-silence.ts';
import type { StationTrendView } from '../inspections/pages/station-trend.ts';
import { gapsView, historyView, hourTableView, partTableView } from '../inspections/pages/station-views.ts';
import type { Picture } from '../inspections/viewer/read-picture.ts';
import type { ChartView } from '../kernel/charts/chart-view.ts';
import { sortHeads } from '../kernel/http/table-sort.ts';
import { listTroubled } from '../overview/plant-tile.ts';
import { overviewView } from '../overview/views.ts';
import { type PageQuery, periods } from '../plant/links.ts';
import { type StationState, stateView } from '../plant/station-state.ts';
import { noCounts } from '../plant/yield.ts';
import { alertSamples } from './alert-samples.ts';
import { demoSamples } from './demo-samples.ts';
import { frameSamples } from './frame-samples.ts';
import { livePartialSamples } from './live-samples.ts';
import { predictionSamples } from './prediction-samples.ts';
import { productivitySamples } from './productivity-samples.ts';
import { resourceSamples } from './resource-samples.ts';
import { retentionSamples } from './retention-samples.ts';
import { searchSamples } from './search-samples.ts';
import { shiftSamples } from './shift-samples.ts';
import { systemSamples } from './system-samples.ts';
import { wallSamples } from './wall-samples.ts';

const hourMs = 3_600_000;
const now = Date.parse('2025-09-06T10:30:15+09:00');
const window = { startAt: now - hourMs, endAt: now };
const query: PageQuery = { period: '1h' };
const odd = `<b onclick="x">S&4'`;
const svg = '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>';

const image = (id: number, over: Partial<InspectionRef> = {}): InspectionRef => ({
  id,
  revision: 0,
  site: 'main',
  stationId: 1,
  station: odd,
  part: 'OR-3CT',
  rootId: 1,
  name: `NG-${id}.jpg`,
  path: `${odd}/OR-3CT/NG-${id}.jpg`,
  capturedAt: now - id * 60_000,
  namedAt: null,
  verdict: 'NG',
  word: null,
  sequence: id,
  view: null,
  unit: null,
  sizeBytes: 1234,
  foundAt: now,
  missingAt: null,
  clearedAt: null,
  rejudgedAt: null,
  previousVerdict: null,
  ...over,
});
const images = [
  image(1),
  image(2, { verdict: null, sequence: null, missingAt: now }),
  image(3, { verdict: 'OK', rejudgedAt: now, previousVerdict: 'NG' }),
  image(6, { rootId: 2 }),
];
const unreadable = new Map([[3, 'not_an_image']]);

const pictures: Picture[] = [
  ...images.map((inspection) => ({ inspection })),
  { inspection: image(7), elsewhere: odd },
  { inspection: image(8), unreadable: { reason: 'truncated', attempts: 2, failedAt: now, retryAction: odd } },
].map((over) => ({
  originalSrc: '/images/1/0/original',
  srcset: '/images/1/0/w640.webp 640w',
  pixels: { width: 2000, height: 1500 },
  unreadable: null,
  elsewhere: null,
  fullPath: odd,
  here: odd,
  ...over,
}));

const summary = (station: string, over: Partial<StationSummary> = {}): StationSummary => ({
  site: null,
  station,
  isDemo: station === odd,
  counts: { ...noCounts, ok: 1172, ng: 31, unmatched: 1 },
  latestAt: now,
  lastSeenAt: now - 4000,
  parts: Array.from({ length: 6 }, (_, i) => ({
    part: `P${i}`,
    counts: { ...noCounts, ok: 10 * i, ng: i, unmatched: 0 },
  })),
  last: image(1),
  lastNgs: images,
  trend: [],
  state: { code: 'running' },
  also: [],
  ...over,
});
const everyState: StationState[] = [
  { code: 'sourceOffline', sinceAt: now },
  { code: 'sourceOffline', sinceAt: null },
  { code: 'clockWrong', aheadMs: 9 * hourMs },
  { code: 'clockWrong', aheadMs: -hourMs },
  { code: 'stopped', sinceAt: now, reason: odd },
  { code: 'silent', sinceAt: now - 30 * hourMs, usualIntervalMs: 3000 },
  { code: 'silent', sinceAt: now, usualIntervalMs: null },
  { code: 'imagesUnusable', sinceAt: now },
  { code: 'ngBurst', sinceAt: now },
  { code: 'belowTarget', sinceAt: null, target: 0.95 },
  { code: 'usualYield', sinceAt: null, usual: 0.978 },
  { code: 'drift', sinceAt: now },
  { code: 'notEnoughHistory' },
  { code: 'running' },
  { code: 'notScheduled', lastSeenAt: now },
  { code: 'notScheduled', lastSeenAt: null },
];
const judged = [
  ...everyState.map((state) => stateView({ state, also: everyState.slice(0, 9) })),
  stateView({ state: null, also: [] }),
];
const tag = { name: 'b', label: odd, timeZone: 'Asia/Tokyo', isOwn: false };
const summaries = [
  summary('S4', { site: tag }),
  summary('S9', { last: image(11), lastNgs: [image(12)], state: everyState[10]!, also: [everyState[8]!] }),
  summary(odd, { lastSeenAt: now - hourMs, state: everyState[0]!, last: image(4), lastNgs: [image(5)] }),
  summary('S4', {
    counts: { ...noCounts, ok: 0, ng: 0, unmatched: 3 },
    parts: [],
    lastNgs: [],
    last: null,
    lastSeenAt: null,
    state: null,
  }),
];

const elsewhere = new Map([[2, odd]]);
const context: ViewContext = {
  now,
  query,
  window,
  steps: { previousHref: odd, nextHref: '/next', fixedHref: '/fixed' },
  bucketMs: 60_000,
  drawTrend: () => svg,
  unreadable,
  elsewhere,
};
const empty = {
  folders: [
    {
      path: '/data',
      state: 'online' as const,
      files: 12,
      owner: { user: 1000, group: 100, mode: 'rwxr-x---' },
      layoutHref: '/sources/1/layout',
    },
    { path: odd, state: 'offline' as const, files: null, owner: null, layoutHref: null },
  ],
  exampleName: 'OK-1.jpg',
  pattern: '^(?<pass>OK)',
  demo: 'offered' as const,
};
const backfill = { done: 10, total: 100, startedAt: now - 5000 };
const notices = noticesView([{ backfill: null }, { backfill }], now);
const quiet = noticesView([], now);
const drawing = noticesView([], now, { done: 34, total: 180 });
const cards = cardsView(summaries, context, { notices, empty, anyImageEver: true, hiddenCount: 2 });
const wall = cardsView(
  summaries,
  { ...context, query: { ...query, kiosk: true } },
  { notices, empty, anyImageEver: true, hiddenCount: 2 },
);
const nothing = [true, false].map((anyImageEver) =>
  cardsView([], context, { notices: quiet, empty, anyImageEver, hiddenCount: 0 }),
);

const source = (over: Partial<SourceStatus> = {}): SourceStatus => ({
  id: 1,
  path: odd,
  state: 'online',
  reason: null,
  reasonCode: null,
  mode: 'events',
  modeOrigin: 'auto',
  fileSystem: 'ext4',
  directories: 3,
  knownFiles: 100,
  sweepRunningSince: null,
  backfill,
  incomplete: 1,
  unreadable: { count: 12, paths: [odd, 'S9'] },
  leftOut: [{ reason: 'link', count: 2, names: [odd] }],
  offlineSince: null,
  watchedBy: null,
  lastSweep: { kind: 'sweep', startedAt: now - 9000, durationMs: 120, filesSeen: 100, filesAdded: 3 },
  lag: { p50Ms: 12, p99Ms: 40, samples: 100 },
  ...over,
});
const example = {
  path: odd,
  station: odd,
  part: '',
  word: odd,
  capturedAt: null,
  sequence: null,
  view: odd,
  unit: odd,
};
const sources = [
  source(),
  source({
    id: 2,
    state: 'offline',
    reason: 'The folder does not exist',
    reasonCode: 'missing',
    offlineSince: now,
    lastSweep: null,
  }),
  source({ id: 3, state: 'empty', lag: null, backfill: null, sweepRunningSince: now }),
  source({ id: 4, state: 'starting', mode: 'poll', modeOrigin: 'setting', lastSweep: null }),
  source({ id: 5, watchedBy: odd }),
  source({ id: 6, state: 'offline', reasonCode: 'unwatched', offlineSince: now }),
].map((status, i) => ({
  ...sourcePanel(
    status,
    'OK-1.jpg',
    now,
    status.id > 2
      ? undefined
      : {
          hasSetup: true,
          isMismatched: status.id === 1,
          recoveredCount: status.id,
          isReread: status.id === 1,
          leftOut: [{ reason: 'unmatched', count: 12, isMore: true, names: [odd] }],
        },
  ),
  stations:
    i === 0
      ? []
      : judged.map((state, n) => ({
          name: odd,
          href: '/stations/x',
          judged: state,
          lastSeenAt: n === 0 ? null : now,
          rootIds: [1],
        })),
  heads: sortHeads(sourceStationTable, null, () => odd),
}));
const clocks = [
  { aheadMs: 9 * hourMs, stations: [odd, 'S9'], moreCount: 2 },
  { aheadMs: -hourMs, stations: ['S9'], moreCount: 0 },
];
const bad = badImagesView(
  images.map((inspection) => ({ inspection, reason: 'not_an_image', failedAt: now, attempts: 2 })),
  500,
);
const noneBad = badImagesView([], 0);

const facts = summaries.map(({ counts, ...rest }) => ({
  ...rest,
  isElsewhere: rest.site !== null,
  lastHour: counts,
  lastDay: counts,
  lastHourMix: [{ total: 100, ng: 2, share: 0.02, basis: 20_000 }],
  hours: [{ startAt: now - (now % hourMs), ...counts }],
}));
const overviewContext = {
  now,
  drawSparkline: () => svg,
  badImageCount: 2,
  plan: { made: 510.4, due: 540 },
  liveHrefOf: (station: string) => (station === facts[0]?.station ? '/live/station/S9' : null),
};
const overview = overviewView(facts, {
  ...overviewContext,
  sources: [{ state: 'offline' }, { state: 'online' }],
});
const overviewOfSites = overviewView(facts, {
  ...overviewContext,
  sources: [{ state: 'offline' }, { state: 'online' }],
  site: { tag: null },
});
const overviewOfOther = overviewView(facts, {
  ...overviewContext,
  sources: [{ state: 'offline' }, { state: 'online' }],
  site: { tag },
});
const lowTogether = { ...overview.figures, tone: 'warn', plant: { kind: 'allRight' } };
const overviewOfNothing = overviewView([], { ...overviewContext, sources: [] });
const unjudged = ['noStation', 'sourceOffline', 'starting', 'noHistory', 'notScheduled'].map((why) => ({
  ...overview.figures,
  plant: { kind: 'unjudged', why },
}));

const counts = { ...noCounts, ok: 8, ng: 2, unmatched: 1 };
const gap = {
  station: odd,
  part: 'OR-3CT',
  fromSequence: 1,
  toSequence: 3,
  count: 3,
  fromAt: now,
  toAt: now,
  kind: 'missing' as const,
};
const gapsRest = {
  query,
  window: { startAt: now - hourMs, endAt: now + 1 },
  checkedCount: 100,
  wallClock: { fieldText: () => '', offsetText: () => undefined },
};
const askedTables = { query, areAllHours: false, sort: null };
const filter = { verdict: 'NG' as const, part: null };
const filters = {
  action: '/inspections',
  query,
  sites: null,
  stations: ['S9', odd],
  parts: [odd],
  periods: [...periods],
  start: '',
  end: '',
  startOffset: '-06:00',
  endOffset: undefined,
  isReversed: false,
  carried: [['sort', odd]] as [string, string][],
};
const sites = [{ name: 'b', label: odd, isChosen: true }];
const chart: ChartView = {
  key: 'yield',
  draw: () => svg,
  window,
  columns: [
    { text: { key: 'card.yield' }, kind: 'share' },
    { text: { name: odd }, kind: 'count' },
  ],
  rows: [
    { ...window, start: '2025-09-06T10:00', end: '2025-09-06T10:05', values: [0.978, 412] },
    { ...window, start: '2025-09-06T10:05', end: '2025-09-06T10:10', values: [null, null] },
  ],
  events: [{ at: window.startAt, textKey: 'chart.newNormal' }],
};
const trend: StationTrendView = {
  isOfGaps: false,
  chart,
  bucketMs: 60_000,
  kind: 'p',
  sigmaZ: 1,
  usual: { rate: 0.978, inspections: 21_340, days: 7, parts: [odd], morePartsCount: 1 },
  unknownParts: [odd, ''],
  outsideCount: 2,
  signalCount: 1,
};
const silence: SilenceView = {
  last: { path: odd, href: '/inspections/1', capturedAt: window.startAt, foundAt: window.endAt },
  folders: (['starting', 'online', 'offline', 'empty'] as const).map((state) => ({
    path: odd,
    state,
    sweptAt: state === 'online' ? window.startAt : null,
  })),
  neighbours: [
    {
      station: odd,
      href: '/stations/S9',
      judged: { state: { code: 'running' }, also: [], tone: 'ok', isStale: false, isLow: false },
      lastSeenAt: null,
    },
  ],
  moreCount: 2,
};
const views = (...list: unknown[]) => list.map((view) => ({ view }));

/** For every partial the data it is printed with in the states it knows, names being as hostile as a disk allows. */
export const partialSamples: Readonly<Record<string, readonly object[]>> = {
  ...frameSamples,
  ...alertSamples,
  ...demoSamples,
  ...resourceSamples,
  ...retentionSamples,
  ...searchSamples(images.map((one) => shotView(one, { unreadable }))),
  ...systemSamples,
  ...productivitySamples,
  ...predictionSamples,
  ...shiftSamples,
  ...wallSamples,
  'inspections/_cards': views(cards, { ...cards, isCompact: true }, ...nothing, {
    ...cards,
    cards: [],
    error: 'The disk is full',
  }),
  ...Object.fromEntries(
    ['', '-head', '-figures', '-parts', '-trend', '-last', '-ngs'].map((part) => [
      `inspections/_card${part}`,
      views(...cards.cards),
    ]),
  ),
  'inspections/_covers': views({ ...cards.covers, site: { label: odd } }, cards.covers, {
    ...cards.covers,
    query: { ...query, station: odd, part: odd },
  }),
  'inspections/_empty': views(
    ...nothing.flatMap(({ empty }) => [empty, empty && { ...empty, demo: 'drawing' as const }]),
  ),
  'inspections/_notices': views(notices, quiet, drawing),
  'inspections/_picture': pictures.map((view) => ({ view, sizes: '100vw' })),
  'inspections/_compared': pictures.map((picture, i) => ({
    view: {
      picture,
      site: i === 0 ? tag : null,
      href: '/inspections/1',
      stationHref: '/stations/S9',
      withoutHref: i === 0 ? odd : null,
    },
  })),
  'inspections/_film': images.flatMap((inspection) =>
    ['film', 'view'].map((step) => ({
      shot: shotView({ ...inspection, view: odd }, { unreadable, elsewhere }),
      isShown: step === 'view',
      step,
    })),
  ),
  'inspections/_set': views(
    { said: null, isIn: true, gridHref: odd },
    {
      said: { site: null, station: undefined, part: undefined, verdict: null, window, isDated: false },
      isIn: true,
      gridHref: odd,
    },
    {
      said: { site: tag, station: odd, part: odd, verdict: 'unmatched', window, isDated: true },
      isIn: false,
      gridHref: odd,
    },
  ),
  'inspections/_tile': views(...wall.cards),
  'inspections/_tile-basis': wall.cards.map((card) => ({ value: card.yield })),
  'inspections/_tile-head': wall.cards.map((card) => ({ card })),
  'inspections/_tile-ngs': views(...wall.cards, { ...wall.cards[0]!, lastNgs: [] }),
  'inspections/_tile-yield': views(...wall.cards.map((card) => ({ card, trend })), {
    card: wall.cards[0]!,
    trend: { ...trend, isOfGaps: true },
  }),
  'inspections/_tile-shot': images.map((inspection) => ({
    shot: shotView(inspection, { unreadable, elsewhere }),
    idPrefix: 'ng',
  })),
  ...livePartialSamples,
  'overview/_figures': views(
    lowTogether,
    ...unjudged,
    ...[overview, overviewOfNothing, overviewOfOther].map((v) => v.figures),
  ),
  'overview/_heading': [
    ...Object.entries(overview.heads).map(([column, head]) => ({ column, head })),
    { column: 'image' },
  ],
  'overview/_row': views(...overview.rows, ...overviewOfSites.rows),
  'overview/_stations': views(overview, overviewOfNothing, overviewOfSites, overviewOfOther),
  'overview/_tile': [overview, overviewOfNothing, overviewOfOther].map((view, i) => ({
    view,
    siteLabel: i === 0 ? null : odd,
    troubled: listTroubled(view),
  })),
  'shared/_ago': [{ at: now }],
  'shared/_chart': [chart, { ...chart, events: [], rows: [] }].map((one) => ({
    chart: one,
    title: odd,
    explain: odd,
  })),
  'shared/_error': [{ problem: { code: 'internal', message: odd, requestId: '1' } }],
  'shared/_filters': [
    { filters },
    { filters: { ...filters, stations: null } },
    { filters: { ...filters, sites } },
    { filters: { ...filters, query: { ...query, site: odd } } },
  ],
  'shared/_reversed': [{ filters }, { filters: { ...filters, isReversed: true } }],
  'shared/_state': judged.flatMap((judged) => [
    { judged },
    { judged, isAlone: true },
    { judged, kiosk: true },
  ]),
  'shared/_clocks': [{ clocks }, { clocks: [] }],
  'shared/_state-why': judged.map((judged) => ({ judged })),
  'shared/_state-word': [...everyState, null].map((state) => ({ state })),
  'shared/_order': views(cards.order, overview.order),
  'shared/_name': [{ name: odd }, { name: 'Assembly_Cell_08' }, { name: '_' }],
  'shared/_period-steps': [null, odd].map((nextHref) => ({
    steps: { previousHref: odd, nextHref, fixedHref: '/fixed' },
  })),
  'shared/_range': [{ window }, { window: { ...window, startAt: now - 48 * hourMs } }],
  'shared/_station-modes': [null, odd].flatMap((liveHref) =>
    [true, false].map((isLive) => ({ href: odd, liveHref, isLive })),
  ),
  'shared/_scale': [{ window }, { window: { ...window, startAt: now - 48 * hourMs } }],
  'shared/_shot': images.map((inspection) => ({ shot: shotView(inspection, { unreadable, elsewhere }) })),
  'shared/_sort': (['ascending', 'descending', null] as const).map((state) => ({
    head: { href: odd, state },
    text: odd,
    isNumber: true,
    isFolded: state === null,
  })),
  'shared/_yield': [
    { ok: 0, ng: 0 },
    { ok: 9, ng: 1 },
    { ok: 900, ng: 100 },
  ].map((sum) => ({
    value: yieldView({ ...noCounts, ...sum }),
  })),
  'sources/_bad': views(bad, noneBad),
  'sources/_source': views(...sources),
  'sources/_trial': views(
    trialView('proposed', {
      total: 3,
      counts: { OK: 2, NG: 0, undecided: 0, unknownWord: 0, unmatched: 1 },
      examples: {
        OK: [{ ...example, capturedAt: now, sequence: 7, part: odd }],
        NG: [],
        undecided: [],
        unknownWord: [],
        unmatched: [example],
      },
      timeless: 1,
      stations: [odd],
      stationCount: 2,
    }),
  ),
  'sources/_status': views({ clocks, sources, bad }, { clocks: [], sources: [], bad: noneBad }),
  'stations/_folded': [{ counts }, { counts: noCounts }],
  'stations/_gaps': views(
    gapsView(odd, [gap, { ...gap, kind: 'repeated' }, { ...gap, kind: 'reset' }], gapsRest),
    gapsView(odd, Array(60).fill(gap), gapsRest),
    gapsView(odd, [], { ...gapsRest, checkedCount: 0 }),
  ),
  'stations/_history': views(
    historyView(odd, { inspections: images, newer: '1.1', older: '2.2' }, query, filter, {
      parts: [odd],
      unreadable,
      elsewhere,
    }),
    historyView(odd, { inspections: [], newer: null, older: null }, query, filter, { parts: [] }),
  ),
  'stations/_hours': views(
    hourTableView(
      odd,
      [
        { startAt: now - 30 * hourMs, endAt: now - 29 * hourMs, ...counts },
        { startAt: now, endAt: now + hourMs, ...counts },
      ],
      {
        ...askedTables,
        sort: { table: 'hours', column: 'ng', isDescending: true },
        older: null,
        wallClock: { fieldText: () => 't', offsetText: () => '-05:00' },
      },
    ),
    hourTableView(odd, Array(26).fill({ startAt: now, endAt: now + hourMs, ...counts }), {
      ...askedTables,
      older: { startAt: 0, endAt: now },
      wallClock: gapsRest.wallClock,
    }),
    hourTableView(odd, [], { ...askedTables, older: null, wallClock: gapsRest.wallClock }),
  ),
  'stations/_parts': views(
    partTableView(odd, [{ part: odd, counts, latestAt: now }], askedTables),
    partTableView(odd, [], askedTables),
  ),
  'stations/_silence': [{ silence }, { silence: { ...silence, last: null, neighbours: [] } }],
  'stations/_summary': views(...cards.cards.map((card) => ({ ...card, silence: null }))),
  'stations/_wall': views(...wall.cards.map((card) => ({ card, trend }))),
  'stations/_trend': views(
    trend,
    { ...trend, kind: 'laney', sigmaZ: 1.6, outsideCount: 0, signalCount: 0, unknownParts: [] },
    { ...trend, kind: 'rare' },
    { ...trend, kind: 'unknown', usual: null },
  ),
};
