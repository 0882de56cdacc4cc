import type { SequenceGap } from '../inspections/model.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { formatName } from './place-image.ts';
import type { Incidents, Mishap, Span } from './plant-incidents.ts';
import { listShifts, type Shift } from './plant-shifts.ts';
import type { StationPlan } from './plant-stations.ts';
import type { DefectKind, DrawnPart } from './products.ts';
import { createRandom, type Random } from './random.ts';

/** One image of the plant, and the truth about it. */
export type PlannedImage = {
  station: string;
  part: DrawnPart;
  /** Null for a name without facts (`calibration-003.jpg`); its time is then the file's modification time. */
  verdict: 'OK' | 'NG' | null;
  defect: DefectKind | null;
  /** Whole seconds, the resolution of names. */
  capturedAt: number;
  sequence: number | null;
  fileName: string;
  /** Which of the drawn pictures to use: any whole number, taken modulo the number of pictures. */
  picture: number;
  /** An inspector judges the unit again and renames the file. */
  rejudged: { at: number; verdict: 'OK' | 'NG'; fileName: string } | null;
  /** The fault of COUNT that this image shows. */
  gap: SequenceGap | null;
};

/** From an instant on, units are `stride` times as far apart: above 1 for thin old history, below 1 for a fast demo. */
export type Pace = { fromAt: number; stride: number };

export type StationContext = {
  plan: StationPlan;
  seed: string;
  startAt: number;
  paces: readonly Pace[];
  wallClock: WallClock;
  incidentsBetween(plan: StationPlan, startAt: number, endAt: number): Incidents;
  /** COUNT of a part's first image. */
  firstSequence(part: DrawnPart): number;
};

const rejudgedAfterMs = 90_000;
const defectShare = (plan: StationPlan): DefectKind[] =>
  Object.entries(plan.defects).flatMap(([kind, weight]) =>
    Array<DefectKind>(weight).fill(kind as DefectKind),
  );

/** The images of one station from `startAt` on, in order and without end. */
export function* planStation(context: StationContext): Generator<PlannedImage> {
  const { plan, seed, startAt, wallClock } = context;
  const random = createRandom(`${seed}:${plan.station}`);
  const counter = createCounter(context);
  const lots = createLots(plan, random);
  const waiting: Mishap[] = [];
  let readUntil = startAt;
  for (const shift of listShifts(plan.shifts, startAt, wallClock)) {
    const { spans } = context.incidentsBetween(plan, shift.startAt, shift.endAt);
    waiting.push(...context.incidentsBetween(plan, readUntil, shift.endAt).mishaps);
    readUntil = shift.endAt;
    let at = Math.max(shift.startAt, startAt) + random.integer(5, 60) * 1000;
    for (;;) {
      at = leaveStops(at, spans);
      if (at >= shift.endAt) break;
      if (wallClock.toEpochMs(...localFields(at, wallClock)) === Math.floor(at / 1000) * 1000) {
        const due = waiting[0] !== undefined && waiting[0].at <= at ? waiting.shift()! : null;
        yield makeImage(context, { at, due, spans, part: lots.next(), counter, random });
      }
      at += Math.max(1, waitFor(context, at, shift, random)) + lots.changeoverMs();
    }
  }
}

type Making = {
  at: number;
  due: Mishap | null;
  spans: readonly Span[];
  part: DrawnPart;
  counter: Counter;
  random: Random;
};

function makeImage(context: StationContext, making: Making): PlannedImage {
  const { plan, wallClock } = context;
  const { due, spans, part, counter, random } = making;
  const burst = spans.find(
    (span) => span.kind === 'burst' && span.startAt <= making.at && making.at < span.endAt,
  );
  const ngRate = burst?.kind === 'burst' ? burst.ngRate : plan.ngRate * moodOf(context, making.at);
  const isNg = random.chance(ngRate);
  const usual = random.pick(defectShare(plan));
  const defect = burst?.kind === 'burst' && random.chance(0.8) ? burst.defect : usual;
  const picture = random.integer(0, 999_999);
  if (due?.kind === 'unmatched') {
    const capturedAt = Math.floor(making.at / 1000) * 1000;
    const fileName = `calibration-${String(counter.nextOther(part)).padStart(3, '0')}.jpg`;
    const nothing = { verdict: null, defect: null, sequence: null, rejudged: null, gap: null };
    return { station: plan.station, part, capturedAt, fileName, picture, ...nothing };
  }
  const { sequence, capturedAt, gap } = counter.next(part, making.at, due);
  const verdict = isNg || due?.kind === 'rejudged' ? 'NG' : 'OK';
  const fileName = formatName(verdict, capturedAt, sequence, wallClock);
  const image = {
    station: plan.station,
    part,
    verdict,
    capturedAt,
    sequence,
    fileName,
    picture,
    gap,
  } as const;
  if (due?.kind === 'rejudged') {
    const renamed = formatName('OK', capturedAt, sequence, wallClock);
    const rejudged = { at: capturedAt + rejudgedAfterMs, verdict: 'OK', fileName: renamed } as const;
    return { ...image, defect: 'stain', rejudged };
  }
  return { ...image, defect: verdict === 'NG' ? defect : null, rejudged: null };
}

type Counter = {
  next(
    part: DrawnPart,
    at: number,
    due: Mishap | null,
  ): Pick<PlannedImage, 'capturedAt' | 'gap'> & { sequence: number };
  nextOther(part: DrawnPart): number;
};

/** COUNT of each part, and its faults. */
function createCounter({ plan, firstSequence }: StationContext): Counter {
  const last = new Map<DrawnPart, { sequence: number; capturedAt: number; highest: number }>();
  const others = new Map<DrawnPart, number>();
  return {
    next: (part, at, due) => {
      const before = last.get(part);
      let capturedAt = Math.floor(at / 1000) * 1000;
      if (before === undefined) {
        const sequence = firstSequence(part);
        last.set(part, { sequence, capturedAt, highest: sequence });
        return { sequence, capturedAt, gap: null };
      }
      let sequence = before.sequence + 1;
      let gap: SequenceGap | null = null;
      const found = { station: plan.station, part, fromAt: before.capturedAt };
      if (due?.kind === 'missing') {
        sequence += due.count;
        const lost = { fromSequence: before.sequence + 1, toSequence: sequence - 1, count: due.count };
        gap = { ...found, kind: 'missing', ...lost, toAt: capturedAt };
      } else if (due?.kind === 'repeated') {
        sequence = before.sequence;
        capturedAt = Math.max(capturedAt, before.capturedAt + 1000);
        gap = {
          ...found,
          kind: 'repeated',
          fromSequence: sequence,
          toSequence: sequence,
          count: 1,
          toAt: capturedAt,
        };
      } else if (due?.kind === 'reset') {
        sequence = 1;
        gap = {
          ...found,
          kind: 'reset',
          fromSequence: before.highest,
          toSequence: 1,
          count: 0,
          toAt: capturedAt,
        };
      }
      const highest = due?.kind === 'reset' ? sequence : Math.max(before.highest, sequence);
      last.set(part, { sequence, capturedAt, highest });
      return { sequence, capturedAt, gap };
    },
    nextOther: (part) => {
      const number = (others.get(part) ?? 0) + 1;
      others.set(part, number);
      return number;
    },
  };
}

/** Parts are run in lots; changing over takes a while. */
function createLots(plan: StationPlan, random: Random): { next(): DrawnPart; changeoverMs(): number } {
  let turn = random.integer(0, plan.parts.length - 1);
  let left = random.integer(25, 70);
  return {
    next: () => {
      left -= 1;
      return plan.parts[turn]!;
    },
    changeoverMs: () => {
      if (left > 0) return 0;
      left = random.integer(25, 70);
      turn = (turn + 1) % plan.parts.length;
      return plan.parts.length > 1 ? random.integer(20, 60) * 1000 : 0;
    },
  };
}

/** Time to the next unit: cycle, jitter, the speed of the hour, and occasionally the clearing of a jam. */
function waitFor(context: StationContext, at: number, shift: Shift, random: Random): number {
  const { plan, seed, paces } = context;
  const stride = paces.findLast(({ fromAt }) => fromAt <= at)?.stride ?? 1;
  const block = Math.floor((at - shift.startAt) / 2_400_000);
  const tempo = createRandom(`${seed}:${plan.station}:tempo:${shift.startAt}:${block}`).between(0.82, 1.24);
  const jamMs = random.chance(0.003) ? random.integer(25, 110) * 1000 : 0;
  return plan.cycleMs * stride * tempo * random.between(0.92, 1.1) + jamMs;
}

/** How the NG share of these two hours compares with the usual one. */
function moodOf({ plan, seed }: StationContext, at: number): number {
  return createRandom(`${seed}:${plan.station}:mood:${Math.floor(at / 7_200_000)}`).between(0.6, 1.45);
}

function leaveStops(at: number, spans: readonly Span[]): number {
  let free = at;
  for (const span of spans) {
    if (span.kind === 'stop' && span.startAt <= free && free < span.endAt) free = span.endAt;
  }
  return free;
}

function localFields(at: number, wallClock: WallClock): [number, number, number, number, number, number] {
  const { year, month, day, hour, minute, second } = wallClock.fieldsAt(at);
  return [year, month, day, hour, minute, second];
}
