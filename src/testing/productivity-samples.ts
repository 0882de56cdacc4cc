import { createFormat } from '../kernel/i18n/format.ts';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { createPlannedTime } from '../plant/shifts/planned-time.ts';
import { metricsOf } from '../productivity/activity-metrics.ts';
import type { AskedBoard } from '../productivity/asked-board.ts';
import type { Segment } from '../productivity/model.ts';
import { boardView } from '../productivity/pages/board-views.ts';
import { timelineView } from '../productivity/pages/timeline-views.ts';
import { createPeople } from '../productivity/people.ts';
import { noSums } from '../productivity/recording/roll-up-sums.ts';

const odd = `<b onclick="x">S&4'`;
const now = Date.parse('2025-09-05T10:30:15+09:00');
const wallClock = createWallClock('Asia/Seoul');
const window = { startAt: now - 7_200_000, endAt: now + 3_600_000 };
const planned = createPlannedTime(
  { plansOf: () => [], calendarOf: () => undefined },
  { wallClockOf: () => wallClock },
)(1);

const asked: AskedBoard = {
  siteId: 1,
  line: undefined,
  window,
  query: { period: 'today' },
  planned,
  shifts: undefined,
  wallClock,
  isReversed: false,
  periods: ['today', 'custom'],
  plannedStretches: planned.shiftsIn(window).flatMap((shift) => shift.planned),
  isAssumed: true,
};
const worker = { id: 3, siteId: 1, code: odd, name: odd };
const workstation = {
  stationId: 5,
  siteId: 1,
  code: odd,
  name: odd,
  type: odd,
  lineId: 0,
  isInspected: true,
  shownAs: 5,
};
const segment: Segment = {
  stationId: 5,
  workerId: 3,
  state: 'working',
  startAt: now - 3_600_000,
  endAt: now,
  isPlanned: true,
};
const metrics = metricsOf(
  { ...noSums(), workingMs: 3_600_000, plannedWorkingMs: 3_600_000, units: 7, events: 9 },
  7_200_000,
);
const none = metricsOf(noSums(), 0);

function viewOf(personData: 'names' | 'off', isSeen: boolean) {
  return boardView({
    asked,
    now,
    total: isSeen ? metrics : none,
    workers: [{ worker, metrics: isSeen ? metrics : none }],
    workstations: [
      { workstation, metrics },
      { workstation: { ...workstation, code: 'S2', type: '' }, metrics: null },
    ],
    workerSegments: new Map(isSeen ? [[3, [segment]]] : []),
    stationSegments: new Map([[5, [{ ...segment, workerId: 0 }]]]),
    isDrawn: isSeen,
    people: createPeople({ personData, personGroupMin: 0 }),
    sort: null,
  });
}

const board = viewOf('names', true);
const timeline = {
  asked,
  now,
  own: [segment],
  others: [],
  metrics,
  hours: [{ ...window, metrics }],
  laneOf: () => ({ key: 5, label: odd, href: '/productivity/stations/S1' }),
  names: createFormat({ lang: 'en' as const, timeZone: 'Asia/Seoul' }),
};
const page = {
  label: odd,
  code: 'W1',
  type: odd,
  filters: {
    action: '/productivity',
    query: asked.query,
    sites: null,
    stations: null,
    parts: null,
    periods: asked.periods,
    start: '2025-09-05T08:30',
    end: '2025-09-05T11:30',
    startOffset: undefined,
    endOffset: undefined,
    isReversed: true,
    carried: [],
  },
  steps: { previousHref: '/a', nextHref: null, fixedHref: '/b' },
  zoomInHref: null,
  zoomOutHref: '/c',
  window,
  isAssumed: true,
  kept: { key: 'persons', at: now },
  backHref: '/productivity?period=today',
  inspectionsHref: '/stations/S9',
  here: '/productivity',
};

const tileHours = [
  { ...window, target: 60, actual: 40 },
  { ...window, target: null, actual: 1 },
];

/** The data that the partials of productivity are printed with in the states they know. */
export const productivitySamples: Readonly<Record<string, readonly object[]>> = {
  'productivity/_board': [
    { view: board },
    { view: viewOf('off', false) },
    { view: { ...board, isEmpty: true } },
  ],
  'productivity/_figures': [{ view: board.figures }, { view: viewOf('off', false).figures }],
  'productivity/_worker': board.workers!.rows.map((view) => ({ view })),
  'productivity/_workstation': board.workstations.rows.map((view) => ({ view })),
  'productivity/_state': [{ now: null }, { now: { state: 'idle', sinceAt: now } }],
  'productivity/_legend': [{}],
  'productivity/_shift-head': [
    { page: { ...page, isDemo: true, lines: [odd], line: odd }, title: odd, stations: [odd], station: odd },
    { page: { ...page, isDemo: false, lines: [], line: '' }, title: 'Stops' },
    { page: { ...page, isDemo: false, lines: [odd], line: '' }, title: 'Stops' },
  ],
  'productivity/_hours': [
    {
      view: {
        window,
        shiftName: odd,
        scopeName: odd,
        hasStations: true,
        hours: [
          {
            ...window,
            target: 60,
            actual: 40,
            difference: -20,
            isFuture: false,
            isRunning: true,
            loss: { key: 'stop', ms: 600_000, reason: odd, isChangeOver: false },
          },
          {
            ...window,
            target: 60,
            actual: 59,
            difference: -1,
            isFuture: false,
            isRunning: false,
            loss: { key: 'rejects', count: 3 },
          },
          {
            ...window,
            target: null,
            actual: 1,
            difference: null,
            isFuture: false,
            isRunning: false,
            loss: { key: 'slow', units: 4 },
          },
          {
            ...window,
            target: 60,
            actual: 0,
            difference: null,
            isFuture: true,
            isRunning: false,
            loss: { key: 'none' },
          },
        ],
        total: { target: null, wholeTarget: null, actual: 7, outside: 2 },
      },
    },
    {
      view: {
        window,
        shiftName: '',
        scopeName: '',
        hasStations: false,
        hours: [],
        total: { target: 4, wholeTarget: 9, actual: 7, outside: 0 },
      },
    },
  ],
  'productivity/_lanes': [{ view: timelineView(timeline) }],
  'productivity/_station-work': [
    { view: { ...timelineView(timeline), isTooFew: false, href: '/productivity/stations/S1' } },
    { view: { lanes: [], moreLanes: 0, axisSvg: '', isTooFew: false, href: '/productivity' } },
    { view: { lanes: [], moreLanes: 0, axisSvg: '', isTooFew: true, href: '/productivity' } },
  ],
  'productivity/_tile': [
    {
      view: {
        name: odd,
        isJudged: true,
        shift: { name: odd, made: 7.5, due: 60, hours: tileHours },
      },
    },
    { view: { name: '', isJudged: true, shift: { name: '', made: 7, due: null, hours: [] } } },
    {
      view: { name: odd, isJudged: false, shift: { name: '', made: 0, due: null, hours: [] } },
    },
    { view: { name: odd, isJudged: true, shift: null } },
  ],
  'productivity/_covers': [{ page }, { page: { ...page, isAssumed: false } }],
  'productivity/_person-head': [{ page }, { page: { ...page, zoomInHref: '/d', inspectionsHref: null } }],
  'productivity/_timeline': [
    { view: timelineView(timeline) },
    { view: timelineView({ ...timeline, own: [], metrics: none }) },
    { view: timelineView({ ...timeline, metrics: null }) },
  ],
};
