import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTestsNow } from '../../alerts/test-checkpoints.ts';
import { everyId } from '../../plant/targets.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
} from '../../testing/inspection-store.ts';
import { advanceTests, type StationTestParts } from './advance-tests.ts';
import type { StationState } from './station-tests.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

describe(`tests of stations in ${testDialect}`, () => {
  let store: InspectionStore;
  let parts: StationTestParts;
  let sequence = 0;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
    const { db, reads } = store;
    parts = {
      db,
      counts: reads.modelCounts,
      targets: reads.targets,
      listStages: reads.alarms.listStages,
      groupOf: reads.names.groupOf,
    };
    sequence = 0;
  });
  afterEach(() => store.db.close());

  /** One image every 20 s from `from` to `until`; each `ngEvery`th is NG. */
  async function produce(from: number, until: number, ngEvery: number, part = 'OR-3CT'): Promise<void> {
    const files = [];
    for (let time = from; time < until; time += 20 * second) {
      sequence++;
      files.push(imageFile(sequence % ngEvery === 0 ? 'NG' : 'OK', time, sequence));
    }
    for (let i = 0; i < files.length; i += 500) await store.found(`S9/${part}`, files.slice(i, i + 500));
  }
  const stationId = () => store.reads.names.findStationId('S9')!;
  const advance = (now: number, isThorough = false) => {
    store.clock.set(now);
    return advanceTests(parts, stationId(), { now, isThorough });
  };
  const open = async () => (await store.reads.alarms.listOpen()).map(({ key }) => key);
  const stateNow = async () =>
    (await readTestsNow<StationState>(store.db, { stationId: stationId() }))[0]!.state;

  test('a burst is raised once, resolved when it is over, and dated to its beginning', async () => {
    await produce(at - 20 * hour, at, 50);
    expect(await advance(at)).toBe(0);
    const [usual] = (await stateNow()).baselines;
    expect(usual).toMatchObject({ isEnough: true });
    expect(usual!.inspections).toBeGreaterThanOrEqual(3_420);
    await produce(at, at + 20 * minute, 2);
    expect(await advance(at + 20 * minute)).toBeGreaterThan(0);
    expect(await advance(at + 20 * minute)).toBe(0);
    const [burst] = (await store.reads.alarms.listOpen()).filter(({ key }) => key === 'ngBurst');
    expect(Math.abs(burst!.beganAt - at)).toBeLessThanOrEqual(5 * minute);
    expect(burst).toMatchObject({ endedAt: null, acknowledged: null, accepted: null });
    expect(burst!.grounds.usual!.ng / burst!.grounds.usual!.inspections).toBeCloseTo(0.02, 3);
    await produce(at + 20 * minute, at + 4 * hour, 50);
    await advance(at + 4 * hour);
    expect(await open()).not.toContain('ngBurst');
    const ended = await store.reads.alarms.listEnded({}, 10);
    expect(ended.find(({ key }) => key === 'ngBurst')).toMatchObject({
      ending: 'back',
      beganAt: burst!.beganAt,
    });
  });

  test('minute by minute or all at once, the state is the same', async () => {
    await produce(at - 12 * hour, at, 40);
    for (let now = at - 11.5 * hour; now <= at; now += 0.5 * hour) await advance(now, now === at);
    const stepwise = await stateNow();
    await store.db.tx(async (q) => {
      await q.delete(store.db.tables.stationTests);
      await q.delete(store.db.tables.stationTestHours);
    });
    await advance(at);
    expect(await stateNow()).toEqual(stepwise);
  });

  test('late images are judged with their hour: an alarm that they explain away ends as revised', async () => {
    await produce(at - 20 * hour, at, 50);
    await advance(at);
    // Only the NG of two hours arrive; the OK lie on a share that was away.
    const burstAt = at + 5 * minute;
    const ngs = Array.from({ length: 20 }, (_, i) => imageFile('NG', burstAt + i * minute, 90_000 + i));
    await store.found('S9/OR-3CT', ngs);
    await advance(at + 30 * minute);
    expect(await open()).toContain('ngBurst');
    const [raised] = await store.reads.alarms.listOpen();
    await produce(at, at + 2 * hour, 1e9);
    const late = Array.from({ length: 4_000 }, (_, i) => imageFile('OK', at + i * 300, 100_000 + i));
    for (let i = 0; i < late.length; i += 500) await store.found('S9/OR-3CT', late.slice(i, i + 500));
    await advance(at + 2 * hour, true);
    expect(await open()).toEqual([]);
    const ended = await store.reads.alarms.listEnded({}, 10);
    expect(ended.find(({ raisedAt }) => raisedAt === raised!.raisedAt)).toMatchObject({ ending: 'revised' });
  });

  test('accepting a level as normal ends the alarm, begins a stage and learns from there', async () => {
    await produce(at - 20 * hour, at, 50);
    await produce(at, at + 5 * hour, 10);
    await advance(at + 5 * hour);
    expect(await open()).toContain('usualYield');
    const alarm = (await store.reads.alarms.listOpen()).find(({ key }) => key === 'usualYield')!;
    store.clock.set(at + 5 * hour + minute);
    await store.reads.alarms.acknowledge(alarm, { name: 'kim', note: 'tool worn' });
    expect((await store.reads.alarms.listOpen()).find(({ key }) => key === 'usualYield')).toMatchObject({
      endedAt: null,
      acknowledged: { by: 'kim', note: 'tool worn', at: at + 5 * hour + minute },
    });
    await store.reads.alarms.accept(alarm, { name: 'kim', fromAt: at + 10 * minute });
    expect(await open()).toEqual([]);
    expect(await store.reads.alarms.listStages(stationId())).toContain(at);
    await produce(at + 5 * hour, at + 12 * hour, 10);
    await advance(at + 12 * hour);
    expect(await open()).toEqual([]);
    const [usual] = (await stateNow()).baselines;
    expect(usual).toMatchObject({ isEnough: true, fromAt: at });
    expect(usual!.ng / usual!.inspections).toBeCloseTo(0.1, 2);
  });

  test('an alarm that has ended cannot be accepted, nor one from tomorrow on', async () => {
    await produce(at - 20 * hour, at, 50);
    await produce(at, at + 5 * hour, 10);
    await advance(at + 5 * hour);
    const [alarm] = await store.reads.alarms.listOpen();
    const accept = (fromAt: number) => store.reads.alarms.accept(alarm!, { name: 'kim', fromAt });
    await expect(accept(at + 30 * hour)).rejects.toMatchObject({ code: 'invalid' });
    await accept(at);
    await expect(accept(at)).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      store.reads.alarms.acknowledge({ ...alarm!, raisedAt: 7 }, { name: 'kim', note: '' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the most particular target holds, and from when it was set', async () => {
    await produce(at - 20 * hour, at, 20);
    await advance(at);
    expect(await open()).toEqual([]);
    const { targets, names, sites } = store.reads;
    const siteId = sites.own.id;
    await targets.set({ siteId, stationId: everyId, partId: everyId }, { yield: 0.99, by: 'kim' });
    const partId = names.findPartId('OR-3CT')!;
    const holds = () => targets.targetOf({ stationId: stationId(), partId, at: at + hour });
    expect(holds()).toBe(0.99);
    await produce(at, at + 2 * hour, 20);
    await advance(at + 2 * hour);
    expect(await open()).toEqual(['belowTarget']);
    const [alarm] = await store.reads.alarms.listOpen();
    expect(alarm!.grounds.target).toEqual({ share: expect.closeTo(0.01, 9), isAssumed: false });
    await targets.set({ siteId, stationId: stationId(), partId }, { yield: 0.9, by: 'kim' });
    expect(targets.targetOf({ stationId: stationId(), partId, at: at + 3 * hour })).toBe(0.9);
    expect(holds()).toBe(0.99);
    await advance(at + 4 * hour);
    expect(await open()).toEqual([]);
    await targets.set({ siteId, stationId: stationId(), partId }, { yield: null, by: 'kim' });
    expect(targets.targetOf({ stationId: stationId(), partId, at: at + 5 * hour })).toBe(0.99);
    await expect(
      targets.set({ siteId, stationId: everyId, partId: everyId }, { yield: 1, by: 'kim' }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });

  test('hours before the reach of a replay stay as they were judged', async () => {
    await produce(at - 10 * hour, at, 50);
    await advance(at);
    const before = await stateNow();
    await store.found('S9/OR-3CT', [imageFile('NG', at - 30 * 24 * hour, 70_000)]);
    await advance(at, true);
    expect((await stateNow()).tests).toEqual(before.tests);
  });
});
