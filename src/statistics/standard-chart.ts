import { createRunRules, defaultRunRules, type RunRule } from './run-rules.ts';

/*
 * The p chart with given standards: what is usual is known beforehand, so that a point never moves its own limits.
 * Source: Montgomery, Introduction to Statistical Quality Control, 7th ed., 7.2.2 (standard given).
 */

/** A stretch of inspections with the hits that are usual for it (see mix.ts). */
export type StandardSample = { total: number; hits: number; expected: number; variance: number };

/** `from` and `to` (inclusive) are the samples that were merged. */
export type MergedSample = StandardSample & { from: number; to: number };

/** Below this many expected hits the binomial is too skewed for limits: one of 70 points would be out by chance. */
const minExpectedHits = 5;
const limitSigmas = 3;
const d2 = 1.128;

/**
 * Merges neighbouring samples until each expects at least five hits; what is left at the end joins the last one. Empty when
 * all together expect fewer.
 */
export function mergeSamples(samples: readonly StandardSample[]): MergedSample[] {
  const merged: MergedSample[] = [];
  let open: MergedSample | undefined;
  samples.forEach((sample, i) => {
    if (sample.total === 0 && open === undefined) return;
    open = open ? joined(open, { ...sample, from: i, to: i }) : { ...sample, from: i, to: i };
    if (open.expected < minExpectedHits) return;
    merged.push(open);
    open = undefined;
  });
  const last = merged.at(-1);
  if (open !== undefined && open.total > 0 && last !== undefined)
    merged[merged.length - 1] = joined(last, open);
  return merged;
}

function joined(a: MergedSample, b: MergedSample): MergedSample {
  return {
    total: a.total + b.total,
    hits: a.hits + b.hits,
    expected: a.expected + b.expected,
    variance: a.variance + b.variance,
    from: a.from,
    to: b.to,
  };
}

/** How much more than by chance the samples vary. */
export type Dispersion = { samples: number; sigmaZ: number; isOver: boolean };

/** Fewer samples do not tell. */
const minSamples = 10;

/**
 * Laney's σz of merged samples, and whether they vary more than by chance: Σz² is far beyond its χ² expectation (Cochran's
 * dispersion test, more than three standard deviations above). Only then are limits widened by σz.
 */
export function dispersionOf(samples: readonly StandardSample[]): Dispersion {
  const zs = samples.filter(({ variance }) => variance > 0).map(zOf);
  if (zs.length < minSamples) return { samples: zs.length, sigmaZ: 1, isOver: false };
  const freedom = zs.length - 1;
  const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
  const spread = zs.reduce((sum, z) => sum + (z - mean) ** 2, 0);
  let ranges = 0;
  for (let i = 1; i < zs.length; i++) ranges += Math.abs(zs[i]! - zs[i - 1]!);
  return {
    samples: zs.length,
    sigmaZ: ranges / freedom / d2,
    isOver: spread > freedom + 3 * Math.sqrt(2 * freedom),
  };
}

function zOf({ hits, expected, variance }: StandardSample): number {
  return (hits - expected) / Math.sqrt(variance);
}

export type StandardPoint = {
  /** Share of hits, its usual value and its limits, all 0..1. */
  value: number;
  center: number;
  lower: number;
  upper: number;
  isOut: boolean;
  signals: RunRule[];
};

/** Points with their limits: expected ± 3σ, σ widened by `sigmaZ`. A point exactly on a limit is inside. */
export function standardChart(
  samples: readonly StandardSample[],
  { sigmaZ = 1, rules = defaultRunRules }: { sigmaZ?: number; rules?: readonly RunRule[] } = {},
): StandardPoint[] {
  const watch = createRunRules(rules);
  return samples.map((sample) => {
    const { total, hits, expected, variance } = sample;
    const reach = limitSigmas * Math.sqrt(variance) * sigmaZ;
    const [lower, upper] = [Math.max(0, expected - reach), Math.min(total, expected + reach)];
    return {
      value: hits / total,
      center: expected / total,
      lower: lower / total,
      upper: upper / total,
      isOut: hits > upper + 1e-9 || hits < lower - 1e-9,
      signals: watch.next(variance > 0 ? zOf(sample) / sigmaZ : 0),
    };
  });
}
