import { createRunRules, defaultRunRules, type RunRule } from './run-rules.ts';

/** `hits` (for instance NG) among `total` inspections of one bucket. */
export type ProportionSample = { hits: number; total: number };

export type ControlPoint = {
  /** The plotted value; null when the bucket has no inspections: the point has no limits and is drawn as a gap. */
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Distance from the centre, in sigmas of this chart. */
  z: number | null;
  /** Beyond a limit; a point exactly on it is inside. */
  isOut: boolean;
  /** Run rules that this point completes. */
  signals: RunRule[];
};

export type ControlChart = {
  kind: 'p' | 'laney' | 'c';
  center: number;
  /** Variation of the points relative to binomial variation (1 = equal); 1 in all charts but Laney's. */
  sigmaZ: number;
  points: ControlPoint[];
};

export type ControlChartOptions = { rules?: readonly RunRule[] };

/** Distance of the limits from the centre. */
const limitSigmas = 3;
/** Expected range of two neighbouring points, in sigmas (Shewhart's d2 for n = 2). */
const d2 = 1.128;
const tolerance = 1e-12;

/**
 * The p chart of proportions: centre p̄ = Σhits/Σtotal, limits p̄ ± 3√(p̄(1−p̄)/n) by each point's n, cut to 0..1. Null
 * without inspections. Assumes one baseline: do not mix points from before and after a change of part, model or process.
 * Source: NIST/SEMATECH e-Handbook 6.3.3.2.
 */
export function pChart(
  samples: readonly ProportionSample[],
  options: ControlChartOptions = {},
): ControlChart | null {
  return proportionChart(samples, 'p', options);
}

/**
 * Laney's p′ chart for large n, where a p chart marks almost every point as out: the limits are scaled by the observed
 * variation of neighbouring points, σz = mean|zᵢ−zᵢ₋₁|/1.128. Source: Laney, Quality Engineering 14 (2002).
 */
export function laneyChart(
  samples: readonly ProportionSample[],
  options: ControlChartOptions = {},
): ControlChart | null {
  return proportionChart(samples, 'laney', options);
}

/** Limits p̄ ± 3σ of a proportion (0..1) of `n` inspections, cut to 0..1; `sigmaZ` scales them as in Laney's chart. */
function proportionLimits(center: number, n: number, sigmaZ = 1): { lower: number; upper: number } {
  const reach = limitSigmas * proportionSigma(center, n) * sigmaZ;
  return { lower: Math.max(0, center - reach), upper: Math.min(1, center + reach) };
}

function proportionSigma(center: number, n: number): number {
  return Math.sqrt((center * (1 - center)) / n);
}

function proportionChart(
  samples: readonly ProportionSample[],
  kind: 'p' | 'laney',
  { rules = defaultRunRules }: ControlChartOptions,
): ControlChart | null {
  const hits = samples.reduce((sum, sample) => sum + sample.hits, 0);
  const total = samples.reduce((sum, sample) => sum + sample.total, 0);
  if (total === 0) return null;
  const center = hits / total;
  const sigmaOf = (n: number) => proportionSigma(center, n);
  const zs = samples.map((sample) => {
    if (sample.total === 0) return null;
    const sigma = sigmaOf(sample.total);
    return sigma === 0 ? 0 : (sample.hits / sample.total - center) / sigma;
  });
  const sigmaZ = kind === 'laney' ? sigmaOfZ(zs) : 1;
  const watch = createRunRules(rules);
  const points = samples.map((sample, i) => {
    const z = zs[i] ?? null;
    if (z === null) return noPoint();
    const limits = proportionLimits(center, sample.total, sigmaZ);
    return controlPoint(sample.hits / sample.total, limits, sigmaZ === 0 ? 0 : z / sigmaZ, watch);
  });
  return { kind, center, sigmaZ, points };
}

/**
 * The c chart of counts per bucket of equal size (defects, stops): centre c̄, limits c̄ ± 3√c̄, cut at 0. Null without
 * buckets; a null count is a gap. Source: NIST/SEMATECH e-Handbook 6.3.3.1.
 */
export function cChart(
  counts: readonly (number | null)[],
  { rules = defaultRunRules }: ControlChartOptions = {},
): ControlChart | null {
  const known = counts.filter((count) => count !== null);
  if (known.length === 0) return null;
  const center = known.reduce((sum, count) => sum + count, 0) / known.length;
  const sigma = Math.sqrt(center);
  const limits = { lower: Math.max(0, center - limitSigmas * sigma), upper: center + limitSigmas * sigma };
  const watch = createRunRules(rules);
  const points = counts.map((count) =>
    count === null
      ? noPoint()
      : controlPoint(count, limits, sigma === 0 ? 0 : (count - center) / sigma, watch),
  );
  return { kind: 'c', center, sigmaZ: 1, points };
}

/** Standard deviation of z, estimated from its moving range; 1 with fewer than two points. */
function sigmaOfZ(zs: readonly (number | null)[]): number {
  const known = zs.filter((z) => z !== null);
  if (known.length < 2) return 1;
  let sum = 0;
  for (let i = 1; i < known.length; i++) sum += Math.abs(known[i]! - known[i - 1]!);
  return sum / (known.length - 1) / d2;
}

function noPoint(): ControlPoint {
  return { value: null, lower: null, upper: null, z: null, isOut: false, signals: [] };
}

function controlPoint(
  value: number,
  { lower, upper }: { lower: number; upper: number },
  z: number,
  watch: ReturnType<typeof createRunRules>,
): ControlPoint {
  const isOut = value > upper + tolerance || value < lower - tolerance;
  return { value, lower, upper, z, isOut, signals: watch.next(z) };
}
