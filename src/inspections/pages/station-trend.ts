import { daysBetween, type UsualBasis } from '../../alerts/views.ts';
import type { ChartEvent, ChartView } from '../../kernel/charts/chart-view.ts';
import { floorTo, hourMs } from '../../kernel/time/durations.ts';
import type { AskedView } from '../../plant/page-filters.ts';
import { areCutAtHours } from '../../plant/time-window.ts';
import { sumCounts, unitCounts } from '../../plant/yield.ts';
import { gChart } from '../../statistics/rare-events.ts';
import type { InspectionDeps } from '../deps.ts';
import type { Baseline, CountedSpan } from '../stations/baseline.ts';
import { type GapPoint, gapTrend, yieldTrend } from '../stations/draw-yield-trend.ts';
import { spansOf } from '../stations/spans.ts';
import { type YieldChart, yieldChart } from '../stations/yield-chart.ts';

export type StationTrendView = {
  chart: ChartView;
  bucketMs: number;
  kind: YieldChart['kind'];
  /** The chart shows the good ones from one NG to the next. */
  isOfGaps: boolean;
  /** Laney's σz by which limits are widened; 1 where they are not. */
  sigmaZ: number;
  /** What the limits rest on; null where nothing is known. */
  usual: UsualBasis | null;
  /** Models that no limit is for, by name. */
  unknownParts: string[];
  /** Points outside their limits. */
  outsideCount: number;
  /** Points that a run rule signals. */
  signalCount: number;
};

type AskedStation = AskedView & { station: string; stationId: number };

const maxParts = 3;
/** NG of a g chart; of more, the newest. */
const maxGaps = 60;
/** Alarms marked in the chart; of more, the newest. */
const maxEvents = 50;

/** The chart of a station's yield: p, Laney's p′ or g, with limits from what was usual before the window. */
export async function readStationTrend(deps: InspectionDeps, asked: AskedStation): Promise<StationTrendView> {
  const { window, buckets, bucketMs, filter } = asked;
  const { stages, dispersion } = await deps.reads.chartStandard(asked.stationId, window);
  const isAsked = (partId: number) => filter.partId === undefined || filter.partId === partId;
  const spans = asked.isUnknown ? [] : await readSpans(deps, asked);
  const shownStages = stages.map((stage) => ({
    ...stage,
    baselines: stage.baselines.filter(({ partId }) => isAsked(partId)),
  }));
  const chart = yieldChart(
    buckets,
    spans.map((span) => ({ ...span, models: span.models.filter(({ partId }) => isAsked(partId)) })),
    { stages: shownStages, dispersion },
  );
  const { names } = deps.reads;
  const rare = chart.kind === 'rare' ? await readGaps(deps, asked, chart) : null;
  const isOfGaps = rare !== null && rare.length > 0;
  const drawn = { window, wallClock: asked.wallClock, events: await readEvents(deps, asked) };
  return {
    chart: isOfGaps ? gapTrend(rare ?? [], drawn) : yieldTrend(chart.points, drawn),
    isOfGaps,
    bucketMs,
    kind: chart.kind,
    sigmaZ: chart.sigmaZ,
    usual: basisOf(shownStages.at(-1)?.baselines ?? [], (partId) => names.partName(partId)),
    unknownParts: chart.unknownPartIds.slice(0, maxParts).map((partId) => names.partName(partId)),
    outsideCount: (rare ?? chart.points).filter(({ isOut }) => isOut).length,
    signalCount: (rare ?? chart.points).filter(({ isSignal }) => isSignal).length,
  };
}

/** When alarms of the station began and ended in the window, and when somebody accepted a new normal. */
async function readEvents(deps: InspectionDeps, { stationId, window }: AskedStation): Promise<ChartEvent[]> {
  const { alarms } = deps.reads;
  const isWithin = ({ at }: ChartEvent) => at >= window.startAt && at < window.endAt;
  const episodes = await alarms.listOf(stationId, window, maxEvents);
  const stages = await alarms.listStages(stationId);
  return [
    ...episodes.flatMap(({ key, beganAt, endedAt }) => [
      { at: beganAt, textKey: `chart.began.${key}` },
      ...(endedAt === null ? [] : [{ at: endedAt, textKey: `chart.ended.${key}` }]),
    ]),
    ...stages.map((at) => ({ at, textKey: 'chart.newNormal' })),
  ]
    .filter(isWithin)
    .sort((a, b) => a.at - b.at);
}

/** Counts by model: by the hour where the buckets allow it, with the minutes of the hours that the window cuts. */
async function readSpans(
  deps: InspectionDeps,
  { stationId, window, buckets }: AskedStation,
): Promise<CountedSpan[]> {
  const { modelCounts } = deps.reads;
  const read = (startAt: number, endAt: number) => modelCounts.byMinute({ stationId, startAt, endAt });
  if (!areCutAtHours(buckets)) return spansOf(await read(window.startAt, window.endAt));
  const firstHourAt = Math.min(floorTo(hourMs, window.startAt + hourMs - 1), window.endAt);
  const lastHourAt = Math.max(floorTo(hourMs, window.endAt), firstHourAt);
  return spansOf([
    ...(await read(window.startAt, firstHourAt)),
    ...(await modelCounts.byHour({ stationId, startAt: firstHourAt, endAt: lastHourAt })),
    ...(await read(lastHourAt, window.endAt)),
  ]);
}

/** Good units from one NG to the next, for NG that are too rare for a share. */
async function readGaps(
  deps: InspectionDeps,
  { filter, window, stationId }: AskedStation,
  { expected, points }: YieldChart,
): Promise<GapPoint[]> {
  const { inspections, counts } = deps.reads;
  const newest = await inspections.list(
    { stationId, partId: filter.partId, window, verdict: 'NG' },
    { limit: maxGaps },
  );
  const times = [...new Set(newest.map(({ capturedAt }) => capturedAt))].sort((a, b) => a - b);
  const gaps: number[] = [];
  for (let i = 1; i < times.length; i++) {
    const between = { startAt: times[i - 1]!, endAt: times[i]! };
    const rows = await counts.countByPart(between, { stationId, partId: filter.partId });
    gaps.push(unitCounts(sumCounts(rows)).ok);
  }
  const total = points.reduce((sum, point) => sum + point.total, 0);
  const chart = gChart(gaps, total > 0 ? expected / total : undefined);
  if (chart === null) return [];
  return chart.points.map((point, i) => ({
    startAt: times[i]!,
    endAt: times[i + 1]!,
    value: point.value,
    center: chart.center,
    upper: chart.upper,
    isOut: point.isOut,
    isSignal: point.isSignal,
  }));
}

function basisOf(baselines: readonly Baseline[], nameOf: (partId: number) => string): UsualBasis | null {
  const known = baselines.filter(({ isEnough }) => isEnough);
  if (known.length === 0) return null;
  const inspections = known.reduce((sum, baseline) => sum + baseline.inspections, 0);
  const ng = known.reduce((sum, baseline) => sum + baseline.ng, 0);
  const fromAt = Math.min(...known.map((baseline) => baseline.fromAt));
  const toAt = Math.max(...known.map((baseline) => baseline.toAt));
  return {
    rate: 1 - ng / inspections,
    inspections,
    days: daysBetween(fromAt, toAt),
    parts: known.slice(0, maxParts).map(({ partId }) => nameOf(partId)),
    morePartsCount: Math.max(0, known.length - maxParts),
  };
}
