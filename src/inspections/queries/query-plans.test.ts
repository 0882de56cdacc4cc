import type { Logger } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  storeStartsAt as at,
  type InspectionStore,
  openInspectionStore,
} from '../../testing/inspection-store.ts';
import { checkSequences } from '../gaps/check-gaps.ts';
import type { ListFilter } from './inspection-queries.ts';

const hourMs = 3_600_000;
const from = { capturedAt: at, id: 5 };
const window = { startAt: at - hourMs, endAt: at };

let store: InspectionStore;
let stationId: number;
let partId: number;

beforeAll(async () => {
  store = await openInspectionStore('sqlite');
  const folder = await store.reads.folders.ensure({
    rootId: store.rootId,
    path: 'S9/OR-3CT',
  });
  ({ stationId, partId } = folder);
});
afterAll(() => store.db.close());

/** The SQLite plans of every statement that a read executes, including statements prepared before. */
async function explain(read: () => Promise<unknown>): Promise<string[]> {
  const sent = new Set<string>();
  const { logger } = (store.db.read as unknown as { session: { logger: Logger } }).session;
  const log = vi.spyOn(logger, 'logQuery').mockImplementation((text) => void sent.add(text));
  try {
    await read();
  } finally {
    log.mockRestore();
  }
  expect(sent.size).toBeGreaterThan(0);
  const { reader } = store.db.sqlite!;
  return [...sent].flatMap((text) =>
    (reader.prepare(`explain query plan ${text}`).all(placeholdersOf(text)) as { detail: string }[]).map(
      ({ detail }) => detail,
    ),
  );
}

function placeholdersOf(text: string): number[] {
  return Array.from(text.matchAll(/\?/g), () => 1);
}

type List = InspectionStore['reads']['inspections']['list'];
const list: List = (filter, page) => store.reads.inspections.list(filter, page);

const narrower: (() => ListFilter)[] = [
  () => ({}),
  () => ({ stationId }),
  () => ({ partId }),
  () => ({ siteId: 1 }),
  () => ({ window }),
  () => ({ verdict: 'NG' }),
  () => ({ verdict: 'unmatched' }),
  () => ({ stationId, partId, window, verdict: 'OK' }),
];

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['the last image of a station', () => list({ stationId }, { limit: 1 }), /inspections_time/],
  [
    'the last NG of a station',
    () => list({ stationId, verdict: 'NG', window }, { limit: 3 }),
    /inspections_ng/,
  ],
  [
    'unmatched images of a station',
    () => list({ stationId, verdict: 'unmatched' }, { limit: 20, from }),
    /inspections_unjudged/,
  ],
  [
    'the history of a station, a part and a window',
    () => list({ stationId, partId, window, verdict: 'OK' }, { limit: 20, from }),
    /inspections_time \(station_id=\? AND part_id=\? AND captured_at/,
  ],
  [
    'the next NG of all stations',
    () => list({ verdict: 'NG' }, { limit: 1, from, direction: 'newer' }),
    /inspections_ng \(station_id=\? AND captured_at/,
  ],
  [
    'when a station was last seen',
    () => store.reads.inspections.findLastSeenAt(stationId),
    /inspections_time/,
  ],
  [
    'counts of a window at odd seconds',
    () => store.reads.counts.countByPart({ startAt: at - 5 * hourMs + 1, endAt: at + 1 }),
    /inspection_(hours|minutes).*start_at>\? AND start_at<\?/,
  ],
  [
    'counts of a station in buckets',
    () => store.reads.counts.countByTime({ startAt: at - 5 * hourMs, endAt: at }, { stationId }, false),
    /inspection_minutes.*start_at>\? AND start_at<\?/,
  ],
  [
    'COUNT gaps of a station',
    () => store.reads.gaps.list(window, { stationId }, { limit: 51 }),
    /sequence_gaps_/,
  ],
  [
    'counts of one site of several',
    () => store.reads.counts.countByPart({ startAt: at - 5 * hourMs, endAt: at }, { siteId: 1 }),
    /inspection_hours USING (?:PRIMARY KEY|INDEX sqlite_autoindex_inspection_hours_1) \(start_at>\? AND start_at<\?\)/,
  ],
  [
    'buckets of one site of several',
    () => store.reads.counts.countByTime({ startAt: at - hourMs / 2, endAt: at }, { siteId: 1 }, false),
    /inspection_minutes USING (?:PRIMARY KEY|INDEX sqlite_autoindex_inspection_minutes_1) \(start_at>\? AND start_at<\?\)/,
  ],
  [
    'COUNT gaps of one site of several',
    () => store.reads.gaps.list(window, { siteId: 1 }, { limit: 51 }),
    /sequence_gaps_time \(to_at>\? AND to_at<\?\)/,
  ],
  [
    'hours of one site whose COUNT is to be checked',
    () => checkSequences(store.db, { siteId: 1 }),
    /inspection_hours_unchecked/,
  ],
  ['hours whose COUNT is to be checked', () => checkSequences(store.db), /inspection_hours_unchecked/],
  [
    'one image by its file',
    () => store.reads.inspections.findByFile(store.rootId, 'S9/OR-3CT', 'x.jpg'),
    /inspections_file \(directory_id=\? AND name=\?/,
  ],
  ...narrower.map((more): [string, () => Promise<unknown>, RegExp] => [
    `images of a COUNT and ${Object.keys(more()).join(', ') || 'nothing else'}`,
    () => list({ sequence: 7, ...more() }, { limit: 20, from }),
    /inspections_count \(station_id=\? AND sequence=\? AND captured_at/,
  ]),
  ...narrower.map((more): [string, () => Promise<unknown>, RegExp] => [
    `images of a name and ${Object.keys(more()).join(', ') || 'nothing else'}`,
    () => list({ name: 'OK-2026', ...more() }, { limit: 20, from }),
    /inspections_file \(directory_id=\? AND name>\? AND name<\?\)/,
  ]),
])('%s: read from an index, never by looking at every row', async (_what, read, index) => {
  const plans = await explain(read);
  expect(plans.join('\n')).toMatch(index);
  // A full read of a partial index is fine: it holds only matching rows. A subquery is read elsewhere.
  const isSmall = (plan: string) => /inspection_hours_unchecked|^SCAN found\b/.test(plan);
  const scans = plans.filter((plan) => plan.startsWith('SCAN') && !isSmall(plan));
  expect(scans).toEqual([]);
});
