import type { WallClock } from '../kernel/time/time-zone.ts';
import { dayNumberAt, instantOf, worksThroughout } from './plant-shifts.ts';
import type { StationPlan } from './plant-stations.ts';
import { type DefectKind, defectKinds } from './products.ts';
import { createRandom } from './random.ts';

/** A stretch of time in which a station behaves unusually; epoch ms, half-open. */
export type Span =
  | { kind: 'burst'; station: string; startAt: number; endAt: number; ngRate: number; defect: DefectKind }
  | { kind: 'stop'; station: string; startAt: number; endAt: number };

/** Something that happens to the first unit at or after an instant. */
export type Mishap = {
  kind: 'missing' | 'reset' | 'repeated' | 'unmatched' | 'rejudged';
  station: string;
  at: number;
  /** COUNT values that are skipped (`missing`), else 0. */
  count: number;
};

export type Incidents = { spans: Span[]; mishaps: Mishap[] };

const minuteMs = 60_000;

/**
 * The story around an anchor, which is when a visitor starts to watch the demo: an NG burst is under way, a station has
 * stopped, COUNTs have been lost, repeated and reset, a few files have names without facts, and soon afterwards a unit is
 * judged again. `at` is minutes from the anchor.
 */
const story = {
  burst: { station: 'S7-D2', from: -24, to: 21, ngRate: 0.34, defect: 'scratch' },
  /** The first of these that is on shift at the time stops. */
  stop: { stations: ['S4', 'S9'], from: -7, to: 16 },
  mishaps: [
    { kind: 'unmatched', station: 'S9', at: -97, count: 0 },
    { kind: 'reset', station: 'S7-D2', at: -94, count: 0 },
    { kind: 'unmatched', station: 'S9', at: -55, count: 0 },
    { kind: 'repeated', station: 'S9', at: -48, count: 0 },
    { kind: 'missing', station: 'S9', at: -36, count: 17 },
    { kind: 'unmatched', station: 'S7-D2', at: -31, count: 0 },
    { kind: 'rejudged', station: 'S7-D2', at: 3, count: 0 },
  ],
} as const;

/** How likely each incident is on an ordinary day of a station. */
const ordinaryDay = {
  burst: 0.3,
  stop: 0.3,
  missing: 0.25,
  repeated: 0.08,
  reset: 0.04,
  unmatched: 0.4,
  rejudged: 0.3,
};
/** How far before an anchor incidents matter: the quiet time, and the longest incident before it. */
export const anchorReachMs = 5 * 60 * minuteMs;

/** No random incidents happen this long before and after an anchor, so that the story is undisturbed. */
const quiet = { beforeMs: 4 * 60 * minuteMs, afterMs: 60 * minuteMs };

/** The incidents around an anchor. Stations of the story that are not in the plant are left out. */
function storyAround(stations: readonly StationPlan[], anchorAt: number, wallClock: WallClock): Incidents {
  const after = (minutes: number): number => anchorAt + minutes * minuteMs;
  const find = (name: string): StationPlan | undefined => stations.find(({ station }) => station === name);
  const spans: Span[] = [];
  const { burst, stop } = story;
  if (find(burst.station)) {
    const { station, ngRate, defect } = burst;
    spans.push({
      kind: 'burst',
      station,
      startAt: after(burst.from),
      endAt: after(burst.to),
      ngRate,
      defect,
    });
  }
  const standing = stop.stations.map(find).find((plan) => {
    return plan && worksThroughout(plan.shifts, after(-60), after(stop.to), 15 * minuteMs, wallClock);
  });
  if (standing) {
    spans.push({ kind: 'stop', station: standing.station, startAt: after(stop.from), endAt: after(stop.to) });
  }
  const mishaps = story.mishaps.filter(({ station }) => find(station));
  return { spans, mishaps: mishaps.map((mishap) => ({ ...mishap, at: after(mishap.at) })) };
}

/** Random incidents of one station on one local day, determined by seed, station and day alone. */
function rollDay(
  seed: string,
  plan: StationPlan,
  dayNumber: number,
  anchors: readonly number[],
  wallClock: WallClock,
): Incidents {
  const { station } = plan;
  const random = createRandom(`${seed}:${station}:day:${dayNumber}`);
  const startAt = instantOf(dayNumber, '00:00', wallClock);
  const sometime = (): number => startAt + random.integer(0, 24 * 60 - 1) * minuteMs;
  const spans: Span[] = [];
  const mishaps: Mishap[] = [];
  if (random.chance(ordinaryDay.burst)) {
    const from = sometime();
    const endAt = from + random.integer(15, 50) * minuteMs;
    const ngRate = Math.min(0.5, plan.ngRate * random.between(5, 10));
    spans.push({ kind: 'burst', station, startAt: from, endAt, ngRate, defect: random.pick(defectKinds) });
  }
  if (random.chance(ordinaryDay.stop)) {
    const from = sometime();
    spans.push({ kind: 'stop', station, startAt: from, endAt: from + random.integer(12, 45) * minuteMs });
  }
  for (const kind of ['missing', 'repeated', 'reset', 'unmatched', 'rejudged'] as const) {
    const count = kind === 'missing' ? random.integer(1, 40) : 0;
    const at = sometime();
    if (random.chance(ordinaryDay[kind])) mishaps.push({ kind, station, at, count });
  }
  const disturbs = (from: number, to: number): boolean =>
    anchors.some((anchorAt) => to > anchorAt - quiet.beforeMs && from < anchorAt + quiet.afterMs);
  return {
    spans: spans.filter((span) => !disturbs(span.startAt, span.endAt)),
    mishaps: mishaps.filter(({ at }) => !disturbs(at, at)),
  };
}

/** All incidents that affect the station between two instants, mishaps in order. */
export function createIncidentBook(options: {
  seed: string;
  stations: readonly StationPlan[];
  anchors: readonly number[];
  wallClock: WallClock;
}): { between(plan: StationPlan, startAt: number, endAt: number): Incidents } {
  const { seed, stations, anchors, wallClock } = options;
  const stories = anchors.map((anchorAt) => storyAround(stations, anchorAt, wallClock));
  return {
    between: (plan, startAt, endAt) => {
      const all: Incidents = {
        spans: stories.flatMap(({ spans }) => spans),
        mishaps: stories.flatMap(({ mishaps }) => mishaps),
      };
      const lastDay = dayNumberAt(endAt, wallClock);
      for (let day = dayNumberAt(startAt, wallClock) - 1; day <= lastDay; day += 1) {
        const rolled = rollDay(seed, plan, day, anchors, wallClock);
        all.spans.push(...rolled.spans);
        all.mishaps.push(...rolled.mishaps);
      }
      const touches = (span: Span): boolean => span.startAt < endAt && span.endAt > startAt;
      const mine = all.mishaps.filter(
        ({ station, at }) => station === plan.station && at >= startAt && at < endAt,
      );
      return {
        spans: all.spans.filter((span) => span.station === plan.station && touches(span)),
        mishaps: mine.sort((left, right) => left.at - right.at),
      };
    },
  };
}
