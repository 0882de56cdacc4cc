import { exactCountInterval } from '../../statistics/binomial-interval.ts';
import { arrivalPlans, measureSilences, type Silences } from './arrivals.ts';
import { type Detection, measureDetection } from './detection.ts';
import { countFalseAlarms, type FalseAlarms } from './false-alarms.ts';
import type { StationPlan } from './simulate-station.ts';

/** Seeds of the documented tables; limits and factors were chosen with others. */
const seed = 'documented';
/** Station-days of each cell. */
const fullStationDays = 1_000;
const faults = 200;

const perDays = [1_000, 10_000, 50_000];
const shares = [[0.001], [0.005], [0.02], [0.1], [0.4], [0.6], [0.005, 0.05]];

/** Kinds of stations on which nothing happens. The target of the last is exactly what the station yields. */
export const quietPlans: readonly StationPlan[] = perDays.flatMap((perDay) => [
  ...shares.map((list) => ({ perDay, shares: list })),
  { perDay, shares: [0.02], targetYield: 0.98 },
]);

/** Faults that are compared with the previous rule. */
export const faultPlans: readonly { plan: StationPlan; odds: number }[] = perDays.flatMap((perDay) =>
  [0.005, 0.02, 0.1].flatMap((share) =>
    [2, 3, 5].map((odds) => ({ plan: { perDay, shares: [share] }, odds })),
  ),
);

const previousSigmas = [3, 3.5, 4, 4.5, 5, 5.5, 6];

const number = (value: number) => value.toLocaleString('en-US');
const percent = (share: number) => `${Number((share * 100).toFixed(2))} %`;
const rate = (value: number) => value.toFixed(3);
const rowOf = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;

/** One row of the table of false alarms. */
export function falseAlarmRow(found: FalseAlarms): string {
  const { plan, stationDays, byTest } = found;
  const count = byTest.ngBurst + byTest.belowTarget + byTest.usualYield;
  const { low, high } = exactCountInterval(count);
  const kind = plan.shares.map(percent).join(' and ');
  return rowOf([
    number(plan.perDay),
    plan.shares.length > 1
      ? `${kind} by turns`
      : plan.targetYield === undefined
        ? kind
        : `${kind}, target ${percent(plan.targetYield)}`,
    byTest.ngBurst,
    byTest.usualYield,
    byTest.belowTarget,
    rate(count / stationDays),
    `${rate(low / stationDays)}–${rate(high / stationDays)}`,
    rate((found.previous.get(3) ?? 0) / stationDays),
  ]);
}

export const falseAlarmHead = [
  '| Inspections a day | NG share | NG burst | below normal | below target | false alarms a station-day | exact 95 % | previous rule |',
  '|---:|---|---:|---:|---:|---:|---|---:|',
];

/** Counts one kind of station. */
export function falseAlarms(plan: StationPlan, stationDays = fullStationDays): FalseAlarms {
  return countFalseAlarms(plan, { seed, stationDays, previousSigmas });
}

/**
 * The least k with which the previous rule gives no more false alarms than the slow test, so that both are compared at
 * equal falsity; the burst test is the same beside both.
 */
function equalSigmas({ byTest, previous }: FalseAlarms): number {
  const allowed = Math.max(1, byTest.usualYield);
  return [...previous].find(([, count]) => count <= allowed)?.[0] ?? Math.max(...previousSigmas);
}

export const detectionHead = [
  '| Inspections a day | NG share | odds of an NG times | noticed after (median) | missed in 10 days | previous rule, k | noticed after | missed |',
  '|---:|---|---:|---:|---:|---:|---:|---:|',
];

/** Measures one kind of fault against the previous rule at this k. */
function detection(plan: StationPlan, odds: number, sigmas: number, count = faults): Detection {
  return measureDetection(plan, { odds, faults: count, seed, previousSigmas: sigmas });
}

/** One row of the table of faults. */
function detectionRow({ plan, odds, faults: count, product, previous }: Detection, sigmas: number): string {
  const missed = (list: { missed: number }) => `${list.missed} of ${count}`;
  return rowOf([
    number(plan.perDay),
    percent(plan.shares[0] ?? 0),
    odds,
    `${number(product.medianMin)} min`,
    missed(product),
    sigmas,
    `${number(previous.medianMin)} min`,
    missed(previous),
  ]);
}

export const arrivalHead = [
  '| Images arrive | false silences a station-day | exact 95 % | a stop is noticed after (median, longest) |',
  '|---|---:|---|---|',
];

/** Measures one kind of arrivals. */
export function silences(plan: (typeof arrivalPlans)[number], stationDays = fullStationDays): Silences {
  return measureSilences(plan, { seed, stationDays });
}

/** One row of the table of arrivals. */
export function arrivalRow({ name, stationDays, falseAlarms: count, medianMs, longestMs }: Silences): string {
  const { low, high } = exactCountInterval(count);
  return rowOf([
    name,
    rate(count / stationDays),
    `${rate(low / stationDays)}–${rate(high / stationDays)}`,
    `${minutes(medianMs)}, ${minutes(longestMs)}`,
  ]);
}

/** All three tables as Markdown, one line after the other as it is measured. */
export function* documentedTables(): Generator<string> {
  const sigmas = new Map<string, number>();
  yield* falseAlarmHead;
  for (const plan of quietPlans) {
    const found = falseAlarms(plan);
    if (plan.shares.length === 1 && plan.targetYield === undefined)
      sigmas.set(`${plan.perDay} ${plan.shares[0]}`, equalSigmas(found));
    yield falseAlarmRow(found);
  }
  yield '';
  yield* detectionHead;
  for (const { plan, odds } of faultPlans) {
    const k = sigmas.get(`${plan.perDay} ${plan.shares[0]}`) ?? 3;
    yield detectionRow(detection(plan, odds, k), k);
  }
  yield '';
  yield* arrivalHead;
  for (const plan of arrivalPlans) yield arrivalRow(silences(plan));
}
