import { createWallClock } from '../kernel/time/time-zone.ts';
import type { LiveCamera, LiveImage } from '../live/model.ts';
import type { CameraFacts } from '../live/pages/camera-views.ts';
import { cameraView } from '../live/pages/camera-views.ts';
import { defectView } from '../live/pages/defect-table.ts';
import { performanceView } from '../live/pages/performance-views.ts';
import { readWallQuery } from '../live/pages/wall-query.ts';
import { wallView } from '../live/pages/wall-views.ts';

const now = Date.parse('2025-09-06T10:30:15+09:00');
const odd = `<b onclick="x">S&4'`;
const wallClock = createWallClock('Asia/Seoul');
const feed = { delayMs: 3000, attempts: 5, pingMs: 30_000, timeZone: 'Asia/Seoul' };
const empty = { folder: odd, exampleName: '20250906103000_2891_original.jpg', demoOffered: true };

const image = (id: number, over: Partial<LiveImage> = {}): LiveImage => ({
  id,
  revision: 0,
  kind: 'live',
  channel: 'original',
  camera: 'main',
  role: 'original',
  name: odd,
  capturedAt: now - id * 1000,
  coil: odd,
  sizeBytes: 2_345_678,
  modifiedAt: now,
  foundAt: now,
  clockAheadMs: id === 2 ? 9 * 3_600_000 : 0,
  missingAt: null,
  part: null,
  verdict: null,
  ...over,
});
const camera = (key: string, over: Partial<LiveCamera> = {}): LiveCamera => ({
  key,
  name: key,
  origin: 'folder',
  channels: { original: key },
  newest: { original: image(1) },
  staleAfterMs: 30_000,
  usualIntervalMs: 2000,
  silentSinceAt: null,
  offlineReason: null,
  ...over,
});
const both = camera('main', {
  name: '',
  channels: { original: 'original', labeled: 'labeled' },
  newest: { original: image(1), labeled: image(2, { role: 'labeled', channel: 'labeled', coil: null }) },
});
const station = camera(`station/${odd}`, {
  name: odd,
  origin: 'station',
  newest: { original: image(3, { kind: 'inspection', coil: null, part: odd, verdict: 'NG' }) },
});
const cameras = [
  both,
  camera(odd, { silentSinceAt: now - 60_000, newest: { original: image(60) } }),
  camera('old', { usualIntervalMs: null, newest: { original: image(120, { sizeBytes: null }) } }),
  camera('share', { offlineReason: 'not_connected' }),
  camera('new', { newest: {} }),
  station,
];

const wall = (search: string, of = cameras) =>
  wallView(
    of,
    readWallQuery(new URLSearchParams(search), () => true),
    { now, feed, empty, isDemo: ({ key }) => key === 'old' },
  );
const walls = [wall(''), wall('tiles=4&page=2&kiosk=1&cameras=main'), wall('', []), wall('', [both])];

const page = (facts: Partial<CameraFacts> & Pick<CameraFacts, 'camera'>) =>
  cameraView(
    {
      role: 'original',
      channel: 'original',
      image: image(5),
      now,
      defects: null,
      coils: [odd],
      query: { view: 'both', coil: null, at: null },
      pictures: facts.camera.newest,
      strip: [5, 6, 7].map((id) => image(id)),
      day: { firstAt: now - 9000, lastAt: now },
      ...facts,
    },
    { wallClock, feed, isDemo: facts.camera === both },
  );
const past = { capturedAt: now - 6000, id: 6 };
const pages = [
  page({ camera: both }),
  page({
    camera: both,
    image: image(6),
    query: { view: 'slider', coil: odd, at: past },
    defects: defectView({ list: [{ [odd]: odd, x: 1.23456 }] }),
  }),
  page({
    camera: both,
    query: { view: 'labeled', coil: null, at: past },
    pictures: {},
    defects: defectView(odd),
  }),
  page({ camera: cameras[3]! }),
  page({ camera: cameras[4]!, image: null, pictures: {}, strip: [], day: null }),
  page({ camera: station, image: image(3, { kind: 'inspection', verdict: 'NG', coil: null, part: odd }) }),
];
const drawTime = {
  name: 'ladder-640',
  type: 'image/webp',
  width: 640,
  p50Ms: 12.3,
  p95Ms: 45.6,
  count: 7,
} as const;
const performancePage = (of: readonly LiveCamera[], isMeasured: boolean) =>
  performanceView(of, {
    now,
    search: new URLSearchParams(),
    feed: { viewers: 3, skipped: 1 },
    drawTimes: isMeasured ? [drawTime, { ...drawTime, type: 'image/jpeg' }] : [],
    figuresOf: () => ({
      perSecond: 1.234,
      deliveryMs: isMeasured ? { p50: 12.3, p99: 45.6 } : null,
      sizeBytes: isMeasured ? 2_345_678 : null,
    }),
    viewersOf: () => 2,
  });
const performancePages = [
  performancePage([...cameras, station], true),
  performancePage(cameras, false),
  performancePage([], false),
  performancePage(Array(201).fill(station), true),
];
const views = (list: readonly unknown[]) => list.map((view) => ({ view }));

/** For every partial of the Live pages the data it is printed with. */
export const livePartialSamples: Readonly<Record<string, readonly object[]>> = {
  'live/_badge': [{}],
  'live/_camera-nav': views(pages),
  'live/_clock-ahead': [{ aheadMs: 0 }, { aheadMs: 9 * 3_600_000 }],
  'live/_defects': views(pages),
  'live/_empty': views([empty, { ...empty, demoOffered: false }]),
  'live/_history': views(pages),
  'live/_mode': views(pages),
  'live/_pane': pages.flatMap((view) => view.panes.map((pane) => ({ view: pane, page: view }))),
  'live/_performance-cameras': views(performancePages),
  'live/_performance-drawn': views(performancePages),
  'live/_tile': views(walls.flatMap(({ tiles }) => tiles)),
  'live/_wall-form': views(walls),
};
