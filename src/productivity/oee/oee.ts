/**
 * Overall equipment effectiveness with the names of ISO 22400-2: PBT planned busy time, APT actual production time, PRI
 * planned run time per item, PQ produced quantity, GQ good quantity. Times in ms, rates 0..1; performance above 1 is not
 * capped: it says that the ideal cycle is too slow. Source: ORACLES, "OEE".
 */

/** What was made of one model, or of all where nothing tells them apart. */
export type Made = {
  produced: number;
  /** Null where nobody inspects. */
  good: number | null;
  /** Of the rejected: those within the first half hour after a stop or a change-over. */
  startUpRejects: number;
  /** PRI; undefined where nobody has set one. */
  cycleMs: number | undefined;
};

export type OeeFacts = {
  /** PBT: planned time without breaks and without stops that a person called planned. */
  busyMs: number;
  breakdownMs: number;
  setupMs: number;
  /** Gaps too short for a stop, beyond one cycle each. */
  minorMs: number;
  made: readonly Made[];
};

/** The six big losses, ms of planned time; together PBT × (1 − OEE). */
export type SixLosses = {
  breakdown: number;
  setup: number;
  minorStops: number;
  /** Negative where the ideal cycle is too slow. */
  reducedSpeed: number;
  startUpRejects: number;
  productionRejects: number;
};

export type Oee = {
  busyMs: number;
  productionMs: number;
  produced: number;
  /** Null where nobody inspects. */
  good: number | null;
  availability: number | null;
  /** Null where a model has no ideal cycle. */
  performance: number | null;
  quality: number | null;
  oee: number | null;
  /** Null where one of the factors is. */
  losses: SixLosses | null;
};

/** Factors and losses of a station over a stretch of planned time; no value where there is nothing to divide by. */
export function oeeOf({ busyMs, breakdownMs, setupMs, minorMs, made }: OeeFacts): Oee {
  const productionMs = busyMs - breakdownMs - setupMs;
  const produced = sum(made, (one) => one.produced);
  const isInspected = made.every((one) => one.good !== null || one.produced === 0);
  const good = isInspected ? sum(made, (one) => one.good ?? 0) : null;
  const hasCycles = made.every((one) => one.cycleMs !== undefined || one.produced === 0);
  const idealMs = hasCycles ? sum(made, (one) => one.produced * (one.cycleMs ?? 0)) : null;
  const availability = busyMs > 0 ? productionMs / busyMs : null;
  const performance = idealMs === null || productionMs <= 0 ? null : idealMs / productionMs;
  const quality = good === null || produced === 0 ? null : good / produced;
  const losses =
    idealMs === null || good === null || busyMs <= 0
      ? null
      : lossesOf({ breakdownMs, setupMs, minorMs, idleMs: productionMs - idealMs, made });
  return {
    busyMs,
    productionMs,
    produced,
    good,
    availability,
    performance,
    quality,
    // The product of the three, whichever of them has no value of its own: nothing made is no effectiveness.
    oee: losses === null ? null : 1 - total(losses) / busyMs,
    losses,
  };
}

function lossesOf(facts: {
  breakdownMs: number;
  setupMs: number;
  minorMs: number;
  /** Production time that the units made do not account for. */
  idleMs: number;
  made: readonly Made[];
}): SixLosses {
  const { breakdownMs, setupMs, idleMs, made } = facts;
  // Where units were made faster than planned, there is less time to lose than the gaps would say.
  const minorStops = Math.min(facts.minorMs, Math.max(0, idleMs));
  const rejects = (one: Made) => one.produced - (one.good ?? one.produced);
  const startUpRejects = sum(made, (one) => Math.min(one.startUpRejects, rejects(one)) * (one.cycleMs ?? 0));
  const allRejects = sum(made, (one) => rejects(one) * (one.cycleMs ?? 0));
  return {
    breakdown: breakdownMs,
    setup: setupMs,
    minorStops,
    reducedSpeed: idleMs - minorStops,
    startUpRejects,
    productionRejects: allRejects - startUpRejects,
  };
}

/** Several stations, or shifts, as one: times and quantities added up, never a mean of rates. */
export function sumOee(list: readonly OeeFacts[]): Oee {
  return oeeOf({
    busyMs: sum(list, (one) => one.busyMs),
    breakdownMs: sum(list, (one) => one.breakdownMs),
    setupMs: sum(list, (one) => one.setupMs),
    minorMs: sum(list, (one) => one.minorMs),
    made: list.flatMap((one) => one.made),
  });
}

function total(losses: SixLosses): number {
  return Object.values(losses).reduce((all, ms) => all + ms, 0);
}

function sum<T>(list: readonly T[], read: (one: T) => number): number {
  return list.reduce((all, one) => all + read(one), 0);
}
