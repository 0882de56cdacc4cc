import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAskedView } from '../../plant/page-filters.ts';
import { createSites } from '../../plant/sites.ts';
import type { Db } from '../../schema/db.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openStoreOn,
} from '../../testing/inspection-store.ts';
import { checkSequences } from '../gaps/check-gaps.ts';
import { readOverview } from './read-overview.ts';

const minuteMs = 60_000;
const window = { startAt: at - 60 * minuteMs, endAt: at };
const seoul = { name: 'busan', title: 'Busan', timeZone: 'Asia/Seoul' };
const newYork = { name: 'albany', title: '', timeZone: 'America/New_York' };

describe(`two sites with a station and a model of the same names in ${testDialect}`, () => {
  let db: Db;
  let busan: InspectionStore;
  let albany: InspectionStore;
  const ids = () => ({ busan: busan.reads.sites.own.id, albany: albany.reads.sites.own.id });

  beforeEach(async () => {
    db = await openTestDb(testDialect);
    busan = await openStoreOn(db, (clock) => createSites(db, clock, seoul));
    albany = await openStoreOn(db, (clock) => createSites(db, clock, newYork));
    // The very same file names at both, and one COUNT missing at each: 3 in Busan, 12 in Albany.
    const file = (verdict: 'OK' | 'NG', minute: number, count: number) =>
      imageFile(verdict, at - minute * minuteMs, count);
    await busan.found('S4/OR-3CT', [file('OK', 30, 1), file('NG', 20, 2), file('OK', 10, 4)]);
    await albany.found('S4/OR-3CT', [file('OK', 30, 1), file('OK', 20, 10), file('NG', 15, 11)]);
    await albany.found('S4/OR-3CT', [file('NG', 10, 13)]);
    await busan.reads.folders.refresh();
  });
  afterEach(() => db.close());

  test('have their own folders, stations and images, even with equal paths', async () => {
    expect(busan.rootId).not.toBe(albany.rootId);
    const { stations } = db.tables;
    expect(await db.read.select({ name: stations.name }).from(stations)).toEqual([
      { name: 'S4' },
      { name: 'S4' },
    ]);
    expect(await busan.rows()).toHaveLength(7);
  });

  test('are counted separately by part, by time and on cards', async () => {
    const { counts, names, summaries } = busan.reads;
    const [ownId, otherId] = [names.findStationId('S4')!, names.findStationId('S4', ids().albany)!];
    const sums = async (filter: object) =>
      (await counts.countByPart(window, filter)).map(({ stationId, ok, ng }) => ({ stationId, ok, ng }));
    expect(await sums({ siteId: ids().busan })).toEqual([{ stationId: ownId, ok: 2, ng: 1 }]);
    expect(await sums({ siteId: ids().albany })).toEqual([{ stationId: otherId, ok: 2, ng: 2 }]);
    expect(await sums({})).toHaveLength(2);
    const ofTime = await counts.countByTime(window, { siteId: ids().albany }, false);
    expect(new Set(ofTime.map(({ stationId }) => stationId))).toEqual(new Set([otherId]));
    // At the edges of a window that cuts minutes, the rows themselves are counted.
    const edge = { startAt: at - 20 * minuteMs - 1, endAt: at - 20 * minuteMs + 1 };
    expect(await counts.countByPart(edge, { siteId: ids().albany })).toMatchObject([
      { stationId: otherId, ok: 1 },
    ]);
    const cards = await summaries({ window, buckets: [window], ngLimit: 3 });
    const shown = cards.map(({ site, station, counts: { ok, ng } }) => [site?.name, station, ok, ng]);
    expect(shown.sort()).toEqual([
      ['albany', 'S4', 2, 2],
      ['busan', 'S4', 2, 1],
    ]);
    for (const { site, last, lastNgs } of cards)
      for (const image of [last, ...lastNgs]) expect(image?.site).toBe(site?.name);
  });

  test('are listed separately, and together in order of time', async () => {
    const { inspections } = busan.reads;
    const list = (filter: object) => inspections.list(filter, { limit: 20 });
    expect((await list({ siteId: ids().busan })).map(({ sequence }) => sequence)).toEqual([4, 2, 1]);
    expect((await list({ siteId: ids().albany })).map(({ sequence }) => sequence)).toEqual([13, 11, 10, 1]);
    expect((await list({ siteId: ids().albany, verdict: 'NG' })).map(({ site }) => site)).toEqual([
      'albany',
      'albany',
    ]);
    expect(await list({})).toHaveLength(7);
  });

  test('have their COUNT gaps checked by their own process and read separately', async () => {
    const gapsOf = async (siteId: number) =>
      (await busan.reads.gaps.list(window, { siteId }, { limit: 500 })).map(({ site, fromSequence }) => [
        site?.name,
        fromSequence,
      ]);
    while (!(await checkSequences(db, busan.reads.sites.ownFilter())).isDone);
    expect(await gapsOf(ids().busan)).toEqual([['busan', 3]]);
    expect(await gapsOf(ids().albany)).toEqual([]);
    while (!(await checkSequences(db, albany.reads.sites.ownFilter())).isDone);
    expect(await gapsOf(ids().albany)).toContainEqual(['albany', 12]);
    expect(await gapsOf(ids().busan)).toEqual([['busan', 3]]);
    expect(await busan.reads.gaps.countChecked(window, { siteId: ids().busan })).toBe(3);
  });

  test('are shown separately on the overview, or one of them alone', async () => {
    const show = async (filter: object) =>
      (await readOverview(busan, filter)).map(({ site, lastHour }) => [site?.label, lastHour.ng]);
    expect((await show({})).sort()).toEqual([
      ['Busan', 1],
      ['albany', 2],
    ]);
    expect(await show({ siteId: ids().albany })).toEqual([['albany', 2]]);
  });

  test('rows that another process adds are known as soon as a page reads them', async () => {
    await albany.found('S8/HX-1', [imageFile('OK', at - minuteMs, 1)]);
    const [newest] = await busan.reads.inspections.list({ siteId: ids().albany }, { limit: 1 });
    const cards = await busan.reads.summaries({ window, buckets: [window], ngLimit: 0 });
    expect(cards.map(({ station }) => station).sort()).toEqual(['S4', 'S4', 'S8']);
    const [now] = await busan.reads.inspections.list({ siteId: ids().albany }, { limit: 1 });
    expect([newest?.sequence, now?.station, now?.path]).toEqual([
      13,
      'S8',
      expect.stringMatching(/^S8\/HX-1\//),
    ]);
  });

  test('a filter selects the named site, a station alone is of the own site, and an unknown site finds nothing', () => {
    const ask = (search: string) => readAskedView(new URLSearchParams(search), busan.reads);
    const ownId = busan.reads.names.findStationId('S4');
    expect(ask('').filter).toEqual({});
    expect(ask('site=albany').filter).toEqual({ siteId: ids().albany });
    expect(ask('station=S4').filter).toEqual({ stationId: ownId });
    expect(ask('station=S4&site=busan')).toMatchObject({
      filter: { stationId: ownId },
      query: { site: undefined },
    });
    expect(ask('station=S4&site=albany').filter.stationId).not.toBe(ownId);
    expect(ask('station=S4&site=albany').query.site).toBe('albany');
    expect(ask('site=nowhere')).toMatchObject({ isUnknown: true, query: { site: 'nowhere' } });
    expect(ask('site=nowhere&station=S4')).toMatchObject({ isUnknown: true, filter: {} });
  });

  test('times typed into a filter, its fields and days are in the zone of the shown site', () => {
    const ask = (search: string) => readAskedView(new URLSearchParams(search), busan.reads);
    const day = 'period=custom&start=2026-11-20T00:00&end=2026-11-21T00:00';
    expect(ask(`${day}&site=busan`).window.startAt).toBe(Date.parse('2026-11-20T00:00+09:00'));
    expect(ask(`${day}&site=albany`).window.startAt).toBe(Date.parse('2026-11-20T00:00-05:00'));
    expect(ask(day).window.startAt).toBe(Date.parse('2026-11-20T00:00+09:00'));
    expect(ask('site=albany&start=2026-11-20T10:00Z').query.start).toBe('2026-11-20T05:00');
    expect(ask('site=busan&start=2026-11-20T10:00Z').query.start).toBe('2026-11-20T19:00');
    // The clocks of New York are set back on 1 November 2026: that day has 25 hours there and 24 in Seoul.
    const autumn = 'start=2026-10-30T00:00&end=2026-11-04T00:00&period=custom';
    const hours = (search: string) => {
      const { startAt, endAt } = ask(search).window;
      return (endAt - startAt) / 3_600_000;
    };
    expect([hours(`${autumn}&site=busan`), hours(`${autumn}&site=albany`)]).toEqual([120, 121]);
    const long = 'start=2026-09-01T00:00&end=2026-11-20T00:00&period=custom';
    for (const [site, zone] of [
      ['busan', busan.reads.sites.wallClock],
      ['albany', albany.reads.sites.wallClock],
    ] as const) {
      const borders = ask(`${long}&site=${site}`).buckets.map(({ startAt }) => zone.format(startAt, 'time'));
      expect(new Set(borders)).toEqual(new Set(['00:00:00']));
    }
  });
});
