import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/random.ts';
import type { CountedSpan } from './baseline.ts';
import { createHourJudge } from './judge-hours.ts';
import { type Rules, startOfTests } from './station-tests.ts';

const minute = 60_000;
const hour = 60 * minute;
const startAt = 1_000_000 * hour;
const noRules: Rules = { stageAt: 0, targetOf: () => undefined };

/** Judged inspections of one model: each hour has so many a minute, with this NG share, spread evenly or by chance. */
type Stretch = { hours: number; perMinute: number; share: number; partId?: number; byChance?: boolean };

function createStation(rules: Partial<Rules> = {}) {
  const judge = createHourJudge({ state: startOfTests(), past: [] });
  const random = createRandom('station tests');
  let at = startAt;
  let owed = 0;
  return {
    judge,
    now: () => at,
    run({ hours, perMinute, share, partId = 1, byChance = false }: Stretch, over: Partial<Rules> = {}) {
      for (let i = 0; i < hours; i++, at += hour) {
        const minutes: CountedSpan[] = Array.from({ length: 60 }, (_, m) => {
          let ng = 0;
          for (let n = 0; n < perMinute; n++) {
            owed += share;
            if (byChance ? random.chance(share) : owed >= 1) {
              ng++;
              owed -= 1;
            }
          }
          return { startAt: at + m * minute, models: [{ partId, ok: perMinute - ng, ng }] };
        });
        const models = minutes.reduce(
          (sum, { models: [model] }) => ({ partId, ok: sum.ok + model!.ok, ng: sum.ng + model!.ng }),
          { partId, ok: 0, ng: 0 },
        );
        judge.judge({ startAt: at, models: [models] }, minutes, { ...noRules, ...rules, ...over });
      }
      return judge.alarms.map(({ key, endedAt }) => `${key}${endedAt === null ? '' : ' ended'}`);
    },
    usual: (partId = 1) => judge.state.baselines.find((baseline) => baseline.partId === partId),
  };
}

test('what is usual rests on the last 20 000 inspections and their time', () => {
  const station = createStation();
  station.run({ hours: 60, perMinute: 10, share: 0.02 });
  station.run({ hours: 1, perMinute: 10, share: 0.02 });
  const usual = station.usual()!;
  expect(usual).toMatchObject({ inspections: 20_400, isEnough: true });
  expect(usual.toAt - usual.fromAt).toBe(34 * hour);
  expect(station.now() - usual.toAt).toBeLessThanOrEqual(2 * hour);
  expect(usual.ng / usual.inspections).toBeCloseTo(0.02, 4);
});

test('999 inspections, or 4 NG, are not enough history', () => {
  const few = createStation();
  few.run({ hours: 1, perMinute: 16, share: 0.05 });
  few.run({ hours: 1, perMinute: 16, share: 0.05 });
  expect(few.usual()).toMatchObject({ inspections: 960, isEnough: false });
  const good = createStation();
  good.run({ hours: 41, perMinute: 10, share: 0.00018 });
  expect(good.usual()).toMatchObject({ ng: 4, isEnough: false });
});

test('an NG burst is noticed within minutes, is dated to its beginning, and ends when the process is back', () => {
  const station = createStation();
  expect(station.run({ hours: 40, perMinute: 10, share: 0.02 })).toEqual([]);
  const burstAt = station.now();
  expect(station.run({ hours: 1, perMinute: 10, share: 0.3 })).toContain('ngBurst');
  const burst = station.judge.alarms.find(({ key }) => key === 'ngBurst')!;
  expect(Math.abs(burst.beganAt - burstAt)).toBeLessThanOrEqual(minute);
  expect(burst.raisedAt).toBeLessThanOrEqual(burstAt + 4 * minute);
  expect(burst.grounds.usual).toMatchObject({ inspections: 20_400, partIds: [1] });
  expect(station.run({ hours: 6, perMinute: 10, share: 0.02 })).toContain('ngBurst ended');
});

test('twice the usual share is below normal, and does not heal however long it lasts', () => {
  const station = createStation();
  station.run({ hours: 40, perMinute: 10, share: 0.02 });
  const faultAt = station.now();
  expect(station.run({ hours: 24, perMinute: 10, share: 0.04 })).toEqual(['usualYield']);
  const [alarm] = station.judge.alarms;
  expect(alarm!.raisedAt - faultAt).toBeLessThan(8 * hour);
  expect(station.run({ hours: 10 * 24, perMinute: 10, share: 0.04 })).toEqual(['usualYield']);
  const usual = station.usual()!;
  expect(usual.toAt).toBeLessThanOrEqual(faultAt + hour);
  expect(usual.ng / usual.inspections).toBeCloseTo(0.02, 3);
  // Half as bad is still nearer to the bad share than to the usual one.
  expect(station.run({ hours: 48, perMinute: 10, share: 0.03 })).toEqual(['usualYield']);
  expect(station.run({ hours: 48, perMinute: 10, share: 0.02 })).toEqual(['usualYield ended']);
  expect(station.run({ hours: 24, perMinute: 10, share: 0.02 })).toEqual(['usualYield ended']);
  expect(station.usual()!.ng / station.usual()!.inspections).toBeCloseTo(0.02, 3);
});

test('a level that was accepted is usual from its stage on: not judged at first, then by itself', () => {
  const station = createStation();
  station.run({ hours: 40, perMinute: 10, share: 0.02 });
  expect(station.run({ hours: 24, perMinute: 10, share: 0.05 })).toContain('usualYield');
  const stageAt = station.now();
  expect(station.run({ hours: 1, perMinute: 10, share: 0.05 }, { stageAt })).not.toContain('usualYield');
  expect(station.usual()).toBeUndefined();
  station.run({ hours: 40, perMinute: 10, share: 0.05 }, { stageAt });
  expect(station.usual()).toMatchObject({ isEnough: true });
  expect(station.judge.alarms.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  expect(station.run({ hours: 24, perMinute: 10, share: 0.11 }, { stageAt }).at(-1)).toBe('usualYield');
});

test('half scrap from the first image on is below target, also where nobody has set one', () => {
  const station = createStation();
  expect(station.run({ hours: 1, perMinute: 10, share: 0.5, byChance: true })).toEqual(['belowTarget']);
  const [alarm] = station.judge.alarms;
  expect(alarm!.raisedAt - startAt).toBeLessThan(15 * minute);
  expect(alarm!.grounds).toEqual({ usual: null, target: { share: 0.1, isAssumed: true } });
  // The bad hours never become what is usual.
  expect(station.run({ hours: 200, perMinute: 10, share: 0.5, byChance: true })).toEqual(['belowTarget']);
  expect(station.usual()).toBeUndefined();
});

test('once normal yield is known the assumed target judges no more; a target that is set does', () => {
  const station = createStation();
  station.run({ hours: 40, perMinute: 10, share: 0.08, byChance: true });
  expect(station.judge.state.targets).toEqual([]);
  const targetOf = () => 0.05;
  expect(station.run({ hours: 12, perMinute: 10, share: 0.08, byChance: true }, { targetOf })).toEqual([
    'belowTarget',
  ]);
  // It says nothing about what is usual, so that goes on being learnt.
  expect(station.usual()!.toAt).toBeGreaterThan(station.now() - 3 * hour);
  expect(
    station.run({ hours: 1, perMinute: 10, share: 0.08, byChance: true }, { targetOf: () => 0.1 }),
  ).toEqual(['belowTarget ended']);
});

test('a change of mix alone raises nothing, and a new model is not judged by others', () => {
  const station = createStation();
  for (let day = 0; day < 20; day++) {
    station.run({ hours: 8, perMinute: 10, share: 0.005, partId: 1 });
    station.run({ hours: 4, perMinute: 10, share: 0.05, partId: 2 });
  }
  expect(station.judge.alarms).toEqual([]);
  // Only the model with ten times the NG for two days.
  expect(station.run({ hours: 48, perMinute: 10, share: 0.05, partId: 2, byChance: true })).toEqual([]);
  expect(station.run({ hours: 1, perMinute: 10, share: 0.09, partId: 3 })).toEqual([]);
  expect(station.usual(3)).toBeUndefined();
  // The good model as bad as the other is a fault.
  expect(station.run({ hours: 2, perMinute: 10, share: 0.05, partId: 1 })).toContain('usualYield');
});
