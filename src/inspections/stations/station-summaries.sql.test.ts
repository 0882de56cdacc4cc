import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settleAlarms } from '../../alerts/alarm-episodes.ts';
import { noCounts, sumCounts } from '../../plant/yield.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
  unmatchedFile,
} from '../../testing/inspection-store.ts';
import { readOverview } from '../pages/read-overview.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const lastHour = { startAt: at - hour, endAt: at };
const quarters = [0, 1, 2, 3].map((i) => ({
  startAt: lastHour.startAt + i * 15 * minute,
  endAt: lastHour.startAt + (i + 1) * 15 * minute,
}));

describe(`summaries of stations in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  async function cards(more: { partId?: number; ngLimit?: number; areAllShown?: boolean } = {}) {
    const { ngLimit = 3, areAllShown, ...filter } = more;
    const request = { window: lastHour, buckets: quarters, ngLimit, areAllShown, filter };
    const list = await store.reads.summaries(request);
    return new Map(list.map((summary) => [summary.station, summary]));
  }

  test('a card has the counts, models, newest images and trend of its window', async () => {
    await store.found('S9/OR-3CT', [
      imageFile('NG', at - 59 * minute, 1),
      imageFile('OK', at - 40 * minute, 2),
      imageFile('NG', at - 20 * minute, 3),
      imageFile('NG', at - 19 * minute, 4),
      imageFile('OK', at - 10 * second, 5),
      imageFile('OK', at + 5 * second, 6),
    ]);
    await store.found('S9/OR-2CT', [unmatchedFile('x.png', at - 5 * minute)]);
    const card = (await cards({ ngLimit: 2 })).get('S9')!;
    expect(card.counts).toEqual({ ...noCounts, ok: 2, ng: 3, unmatched: 1 });
    expect(card.parts).toEqual([
      { part: 'OR-2CT', counts: { ...noCounts, ok: 0, ng: 0, unmatched: 1 } },
      { part: 'OR-3CT', counts: { ...noCounts, ok: 2, ng: 3, unmatched: 0 } },
    ]);
    expect(card.last?.sequence).toBe(5);
    expect(card.latestAt).toBe(at - 10 * second);
    expect(card.lastSeenAt).toBe(at + 5 * second);
    expect(card.lastNgs.map(({ sequence }) => sequence)).toEqual([4, 3]);
    expect(card.trend.map(({ ok, ng, unmatched }) => [ok, ng, unmatched])).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 2, 0],
      [1, 0, 1],
    ]);
  });

  test('filtered by a model, a card shows the figures of that model', async () => {
    await store.found('S9/OR-3CT', [imageFile('NG', at - minute, 1)]);
    await store.found('S9/OR-2CT', [imageFile('OK', at - second, 1)]);
    await store.found('S4/OR-2CT', [imageFile('OK', at - second, 1)]);
    const found = await cards({ partId: store.reads.names.findPartId('OR-3CT')! });
    expect([...found.keys()]).toEqual(['S9']);
    expect(found.get('S9')).toMatchObject({ counts: { ok: 0, ng: 1 }, last: { part: 'OR-3CT' } });
  });

  test('the old interface lists the stations of the window, even when the only image moved out of it', async () => {
    await store.found('S4/OR-3CT', [imageFile('OK', at - 2 * hour, 1)]);
    await store.found('S9/OR-3CT', [unmatchedFile('x.png', at - minute)]);
    expect([...(await cards()).keys()]).toEqual(['S9']);
    await store.found('S9/OR-3CT', [unmatchedFile('x.png', at + minute)]);
    expect([...(await cards()).keys()]).toEqual([]);
  });

  test('a page shows every station, with or without an image in its window', async () => {
    await store.found('S4/OR-3CT', [imageFile('OK', at - 40 * day, 1)]);
    await store.found('S9/OR-2CT', [imageFile('NG', at - minute, 1)]);
    const shown = await cards({ areAllShown: true });
    expect([...shown.keys()].toSorted()).toEqual(['S4', 'S9']);
    expect(shown.get('S4')).toMatchObject({
      counts: { ok: 0, ng: 0, unmatched: 0 },
      parts: [],
      last: null,
      lastSeenAt: at - 40 * day,
      state: { code: 'notScheduled' },
    });
    expect(shown.get('S4')?.trend).toHaveLength(quarters.length);
    const partId = store.reads.names.findPartId('OR-2CT')!;
    expect([...(await cards({ areAllShown: true, partId })).keys()]).toEqual(['S9']);
  });

  test('usual pauses, alarms and what is usual are reported, and cached for seconds only', async () => {
    const calm = Array.from({ length: 400 }, (_, i) => imageFile('OK', at - 8 * hour + i * minute, i));
    await store.found('S9/OR-3CT', calm);
    const stationId = store.reads.names.findStationId('S9')!;
    expect(await store.reads.pulse.read(stationId)).toMatchObject({
      pauses: { usualIntervalMs: minute, running: { source: 'none' } },
      alarms: [],
      usual: [],
    });
    const grounds = { usual: null, target: { share: 0.1, isAssumed: true } };
    await store.db.tx((q) =>
      settleAlarms(store.db, q, stationId, {
        found: [{ key: 'belowTarget', beganAt: at - minute, raisedAt: at, endedAt: null, grounds }],
        sinceAt: at - hour,
        now: at,
        mergedIds: [],
        replayedFrom: 0,
      }),
    );
    expect((await store.reads.pulse.read(stationId)).alarms).toEqual([]);
    store.clock.advance(6 * second);
    expect((await store.reads.pulse.read(stationId)).alarms).toMatchObject([{ key: 'belowTarget', grounds }]);
    expect(await store.reads.states.read(stationId)).toMatchObject({
      also: [{ code: 'belowTarget', sinceAt: at - minute, target: 0.9 }],
    });
  });

  test('where not all have room, stations with something wrong come before those with the worst yield', async () => {
    await store.found('S1/OR-3CT', [
      imageFile('NG', at - 3 * minute, 1),
      imageFile('OK', at - 2 * minute, 2),
    ]);
    await store.found('S2/OR-3CT', [imageFile('OK', at - 3 * minute, 1)]);
    await store.found('S3/OR-3CT', [imageFile('OK', at - 2 * day, 1)]);
    const grounds = { usual: null, target: { share: 0.1, isAssumed: true } };
    await store.db.tx((q) =>
      settleAlarms(store.db, q, store.reads.names.findStationId('S3')!, {
        found: [{ key: 'belowTarget', beganAt: at - 2 * day, raisedAt: at, endedAt: null, grounds }],
        sinceAt: at - 3 * day,
        now: at,
        mergedIds: [],
        replayedFrom: 0,
      }),
    );
    const request = { window: lastHour, buckets: quarters, ngLimit: 1, areAllShown: true, atMost: 2 };
    const summaries = await store.reads.summaries(request);
    expect(summaries.map(({ station }) => station)).toEqual(['S3', 'S1']);
  });

  test('the overview has the last hour, last day and newest image of every station, however old', async () => {
    store.clock.set(at + 30 * minute);
    await store.found('S9/OR-3CT', [
      imageFile('OK', at - 23 * hour - minute, 0),
      imageFile('OK', at - 20 * hour, 1),
      imageFile('NG', at - 29 * minute, 2),
      imageFile('OK', at + 29 * minute, 3),
      imageFile('OK', at + 30 * minute, 4),
    ]);
    await store.found('S4/OR-3CT', [imageFile('NG', at - 3 * day, 1)]);
    await store.found('S1/OR-3CT', [imageFile('NG', at - 31 * day, 1)]);
    const stations = await readOverview({ reads: store.reads, locations: store.locations }, {});
    expect(stations.map(({ station }) => station)).toEqual(['S1', 'S4', 'S9']);
    expect(stations[0]).toMatchObject({ lastSeenAt: at - 31 * day, state: { code: 'notScheduled' } });
    expect(stations[1]).toMatchObject({ lastSeenAt: at - 3 * day, lastDay: { ok: 0, ng: 0 } });
    expect(stations[2]).toMatchObject({
      lastHour: { ...noCounts, ok: 2, ng: 1 },
      lastDay: { ...noCounts, ok: 3, ng: 1 },
      last: { sequence: 4 },
    });
    expect(sumCounts(stations[2]!.hours)).toEqual(stations[2]!.lastDay);
  });
});
