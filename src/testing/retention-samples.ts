import type { RetentionView } from '../retention/views.ts';

const now = Date.parse('2025-09-06T10:30:15+09:00');
const odd = `<b onclick="x">S&4'`;
const forEver = { days: 0, bytes: 0 };
const removed = [
  { key: 'inspections', count: 12_345, bytes: 0, failed: 0 },
  { key: 'sources', count: 12, bytes: 34_000_000, failed: 2 },
];

const policy = (
  key: string,
  over: Partial<RetentionView['policies'][number]>,
): RetentionView['policies'][number] => ({
  key,
  limits: forEver,
  isEstimate: false,
  hindrance: null,
  holdings: { count: 1_234_567, bytes: null, oldestAt: now - 86_400_000 },
  due: { count: 0, bytes: null },
  ...over,
});

const full: RetentionView = {
  policies: [
    policy('thumbnails', {
      limits: { days: 0, bytes: 1e9 },
      holdings: { count: 12, bytes: 3_400_000, oldestAt: null },
    }),
    policy('copies', {
      limits: { days: 1, bytes: 0 },
      holdings: { count: 0, bytes: 0, oldestAt: null, isCounting: true },
    }),
    policy('sources', {
      limits: { days: 90, bytes: 5e11 },
      isEstimate: true,
      due: { count: 1_000, bytes: 340_000_000 },
    }),
    policy('live', { limits: { days: 30, bytes: 0 }, isEstimate: true }),
    policy('inspections', { hindrance: 'reading', due: { count: 5, bytes: null } }),
    policy('gaps', { hindrance: 'offline' }),
    policy('audit', { hindrance: 'off' }),
  ],
  isDue: true,
  disks: [
    { folders: ['/state', odd], totalBytes: 1e12, usedBytes: 9.3e11, usedRate: 0.93, state: 'stuck' },
    { folders: [odd], totalBytes: 1e12, usedBytes: 9.3e11, usedRate: 0.93, state: 'high' },
    { folders: ['/data'], totalBytes: 1e12, usedBytes: 1e11, usedRate: 0.1, state: 'ok' },
  ],
  high: 90,
  low: 85,
  progress: null,
  nextAt: now,
  runs: [
    { id: 3, startedAt: now, endedAt: now + 1500, cause: 'hand', outcome: 'failed', lines: removed },
    { id: 2, startedAt: now, endedAt: now + 1500, cause: 'disk', outcome: 'stopped', lines: removed },
    ...(['late', 'first', 'again'] as const).map((cause, i): RetentionView['runs'][number] => ({
      id: 4 + i,
      startedAt: now,
      endedAt: now,
      cause,
      outcome: 'done',
      lines: [],
    })),
    { id: 1, startedAt: now, endedAt: now, cause: 'night', outcome: 'done', lines: [] },
  ],
};
const running: RetentionView = {
  ...full,
  isDue: false,
  runs: [],
  disks: [],
  high: 0,
  low: 0,
  progress: { startedAt: now, cause: 'night', policy: 'inspections', lines: removed },
};

/** What the partials of the Retention page are given. */
export const retentionSamples: Record<string, object[]> = Object.fromEntries(
  ['status', 'disks', 'now', 'kinds', 'runs'].map((name) => [
    `retention/_${name}`,
    [{ view: full }, { view: { ...full, isDue: false } }, { view: running }],
  ]),
);
