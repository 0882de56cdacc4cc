import type { TimeWindow } from '../../plant/time-window.ts';
import { expectedHits } from '../../statistics/mix.ts';
import {
  type Dispersion,
  dispersionOf,
  mergeSamples,
  type StandardSample,
  standardChart,
} from '../../statistics/standard-chart.ts';
import { type Baseline, type CountedSpan, usualShare } from './baseline.ts';

/** What is usual from an instant on: before the window's first stage it was learnt before the window. */
export type ChartStage = { sinceAt: number; baselines: readonly Baseline[] };

/** A point of the chart, NG shares 0..1: one bucket, or several that were merged. Limits are null where nothing is known. */
export type ChartPoint = {
  startAt: number;
  endAt: number;
  total: number;
  ng: number;
  value: number;
  center: number | null;
  lower: number | null;
  upper: number | null;
  isOut: boolean;
  isSignal: boolean;
};

export type YieldChart = {
  /** `p` and `laney` have limits; `rare`: too few NG are expected for them, see the g chart; `unknown`: nothing is known. */
  kind: 'p' | 'laney' | 'rare' | 'unknown';
  points: ChartPoint[];
  sigmaZ: number;
  /** NG that are expected in the whole window. */
  expected: number;
  /** Models of the window whose normal yield is not known: they are in no point that has limits. */
  unknownPartIds: number[];
};

/** Below this many expected NG in the window, no two points could have limits. */
const minExpectedOfWindow = 10;

/**
 * The chart of a station's NG share over the buckets of a window: limits from what was usual before it, of each bucket's own
 * mix of models, in points that expect at least five NG. Limits are widened by Laney's σz where `dispersion`, that of the
 * baseline, says overdispersed. No point reaches across a stage.
 */
export function yieldChart(
  buckets: readonly TimeWindow[],
  spans: readonly CountedSpan[],
  { stages, dispersion }: { stages: readonly ChartStage[]; dispersion: Dispersion },
): YieldChart {
  const counted = buckets.map((bucket) => ({ bucket, span: spanIn(bucket, spans) }));
  const byStage = Map.groupBy(counted, ({ bucket }) =>
    stages.findLast(({ sinceAt }) => sinceAt <= bucket.startAt),
  );
  const sigmaZ = dispersion.isOver ? Math.max(1, dispersion.sigmaZ) : 1;
  const unknown = new Set<number>();
  const points: ChartPoint[] = [];
  let expected = 0;
  let limitsCount = 0;
  for (const [stage, group] of byStage) {
    const samples = group.map(({ span }) => sampleOf(span, stage?.baselines ?? [], unknown));
    expected += samples.reduce((sum, sample) => sum + sample.expected, 0);
    const merged = mergeSamples(samples);
    limitsCount += merged.length;
    const limits = standardChart(merged, { sigmaZ });
    merged.forEach(({ from, to, total, hits }, i) => {
      const { value, center, lower, upper, isOut, signals } = limits[i]!;
      points.push({
        startAt: group[from]!.bucket.startAt,
        endAt: group[to]!.bucket.endAt,
        total,
        ng: hits,
        value,
        center,
        lower,
        upper,
        isOut,
        isSignal: signals.length > 0,
      });
    });
    if (merged.length === 0) points.push(...plainPoints(group));
  }
  points.sort((a, b) => a.startAt - b.startAt);
  const kind =
    expected === 0 ? 'unknown' : expected < minExpectedOfWindow || limitsCount === 0 ? 'rare' : undefined;
  return {
    kind: kind ?? (sigmaZ > 1 ? 'laney' : 'p'),
    points,
    sigmaZ,
    expected,
    unknownPartIds: [...unknown].sort((a, b) => a - b),
  };
}

/** How much the hours that a baseline was learnt from vary among themselves. */
export function baselineDispersion(
  hours: readonly CountedSpan[],
  baselines: readonly Baseline[],
): Dispersion {
  const known = baselines.filter(({ isEnough }) => isEnough);
  const fromAt = Math.min(...known.map((baseline) => baseline.fromAt));
  const samples = hours
    .filter(({ startAt }) => startAt >= fromAt)
    .map(({ models }) => sampleOf(models, known, new Set()));
  return dispersionOf(mergeSamples(samples));
}

type Models = CountedSpan['models'];

function sampleOf(models: Models, baselines: readonly Baseline[], unknown: Set<number>): StandardSample {
  const known = models.flatMap((model) => {
    const baseline = baselines.find(({ partId, isEnough }) => partId === model.partId && isEnough);
    if (baseline === undefined && model.ok + model.ng > 0) unknown.add(model.partId);
    return baseline ? [{ model, baseline }] : [];
  });
  const { total, expected, variance } = expectedHits(
    known.map(({ model, baseline }) => ({ total: model.ok + model.ng, share: usualShare(baseline) })),
  );
  return { total, hits: known.reduce((sum, { model }) => sum + model.ng, 0), expected, variance };
}

function spanIn({ startAt, endAt }: TimeWindow, spans: readonly CountedSpan[]): Models {
  return spans.flatMap((span) => (span.startAt >= startAt && span.startAt < endAt ? span.models : []));
}

/** Each bucket with its share and no limits. */
function plainPoints(group: readonly { bucket: TimeWindow; span: Models }[]): ChartPoint[] {
  return group.flatMap(({ bucket, span }) => {
    const ng = span.reduce((sum, model) => sum + model.ng, 0);
    const total = span.reduce((sum, model) => sum + model.ok + model.ng, 0);
    if (total === 0) return [];
    return [
      {
        ...bucket,
        total,
        ng,
        value: ng / total,
        center: null,
        lower: null,
        upper: null,
        isOut: false,
        isSignal: false,
      },
    ];
  });
}
