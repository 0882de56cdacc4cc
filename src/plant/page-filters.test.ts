import { expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { PlantNames } from './names.ts';
import { filterForm, readAskedView } from './page-filters.ts';
import type { Sites } from './sites.ts';

const clock = createTestClock(Date.parse('2026-11-21T05:02:30Z'));
const wallClock = createWallClock('Asia/Seoul');
const own = { id: 1, name: 'main', title: '', timeZone: 'Asia/Seoul' };
const sites = {
  own,
  wallClock,
  find: (name: string) => (name === 'main' ? own : undefined),
  isSeveral: () => false,
  tagOf: () => null,
  wallClockOf: () => wallClock,
} as Partial<Sites> as Sites;
const stations = new Map([['S9', 1]]);
const parts = new Map([['OR-3CT', 7]]);
const names = {
  findStationId: (name: string) => stations.get(name),
  stationName: (id: number) => [...stations].find(([, known]) => known === id)?.[0] ?? 'Unknown',
  findPartId: (name: string) => parts.get(name),
  lineIdOf: () => 0,
  listStations: () => [],
  listParts: () => [],
} as Partial<PlantNames> as PlantNames;

const shifts = { calendarOf: () => undefined };
const read = (search: string) => readAskedView(new URLSearchParams(search), { clock, sites, names, shifts });

test('a page without filters covers the last hour of all stations, including the current minute', () => {
  const view = read('');
  expect(view.query).toMatchObject({ station: undefined, part: undefined, period: '1h', kiosk: false });
  expect(new Date(view.window.endAt).toISOString()).toBe('2026-11-21T05:03:00.000Z');
  expect(view.window.endAt - view.window.startAt).toBe(3_600_000);
  expect(view.filter).toEqual({});
  expect(view.isUnknown).toBe(false);
});

test('names are resolved to the ids of their rows', () => {
  expect(read('station=S9&part=OR-3CT&period=1d').filter).toEqual({ stationId: 1, partId: 7 });
});

test.each(['station=S1', 'part=none', 'station=S9&part=none', `station=${'x'.repeat(5000)}`])(
  'a station or model that does not exist (%#) is unknown and not "all"',
  (search) => {
    expect(read(search).isUnknown).toBe(true);
  },
);

test('the times of a custom period are printed back in local time of the site', () => {
  const view = read('period=custom&start=2026-11-21T09:00&end=2026-11-21T12:30&kiosk=1');
  expect(view.query).toMatchObject({ start: '2026-11-21T09:00', end: '2026-11-21T12:30', kiosk: true });
  expect(new Date(view.window.startAt).toISOString()).toBe('2026-11-21T00:00:00.000Z');
});

test('seconds of a window survive in its links and its fields', () => {
  const view = read('period=custom&start=2026-11-21T09:00:30&end=2026-11-21T12:30:15.250');
  expect(view.query).toMatchObject({ start: '2026-11-21T09:00:30', end: '2026-11-21T12:30:15.250' });
  expect(view.window.endAt - view.window.startAt).toBe(12_585_250);
  const form = filterForm({ names, sites }, view, { action: '/inspections' });
  expect([form.start, form.end, form.startOffset]).toEqual([view.query.start, view.query.end, undefined]);
});

test('both runs of an hour that occurs twice survive in links and in the form', () => {
  const chicago = createWallClock('America/Chicago');
  const theirs = { ...sites, wallClock: chicago, wallClockOf: () => chicago } as Sites;
  const ask = (search: string) =>
    readAskedView(new URLSearchParams(search), { clock, sites: theirs, names, shifts });
  for (const [offset, startAt] of [
    ['-05:00', '2026-11-01T06:30:00.000Z'],
    ['-06:00', '2026-11-01T07:30:00.000Z'],
  ] as const) {
    const view = ask(`start=2026-11-01T01:30${encodeURIComponent(offset)}&end=2026-11-01T03:00`);
    expect(new Date(view.window.startAt).toISOString()).toBe(startAt);
    expect(view.query.start).toBe(`2026-11-01T01:30${offset}`);
    const form = filterForm({ names, sites: theirs }, view, { action: '/' });
    expect([form.start, form.startOffset, form.endOffset]).toEqual(['2026-11-01T01:30', offset, undefined]);
    const sent = new URLSearchParams({
      period: 'custom',
      start: form.start,
      startOffset: offset,
      end: form.end,
    });
    expect(ask(sent.toString()).window).toEqual(view.window);
    // The field was changed to a time that occurs once, so the offset beside it is void.
    sent.set('start', '2026-10-30T01:30');
    expect(new Date(ask(sent.toString()).window.startAt).toISOString()).toBe('2026-10-30T06:30:00.000Z');
  }
});

test('an end that is not after the start is reported, and the minute from the start is shown', () => {
  const asked = (end: string) => read(`period=custom&start=2026-11-21T14:00&end=2026-11-21T${end}`);
  expect(['13:00', '14:00', '14:01'].map((end) => asked(end).isReversed)).toEqual([true, true, false]);
  expect(asked('13:00').query).toMatchObject({ start: '2026-11-21T14:00', end: '2026-11-21T14:01' });
  expect(read('period=1d&start=2026-11-21T14:00&end=2026-11-21T13:00').isReversed).toBe(false);
});

test('the buckets of a trend cover the window without gaps', () => {
  for (const period of ['1h', '1d', '1w']) {
    const { buckets, window } = read(`period=${period}`);
    expect(buckets[0]?.startAt).toBe(window.startAt);
    expect(buckets.at(-1)?.endAt).toBe(window.endAt);
    for (const [i, bucket] of buckets.entries())
      if (i > 0) expect(bucket.startAt).toBe(buckets[i - 1]?.endAt);
  }
});

test('a malformed time is refused and its field named', () => {
  expect(() => read('period=custom&start=yesterday')).toThrow(
    expect.objectContaining({ code: 'invalid', details: { field: 'start' } }),
  );
});
