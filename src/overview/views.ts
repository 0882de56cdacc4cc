/**
 * Rows → what the Overview prints.
 *
 * Templates and their data:
 *   overview/page       OverviewPage
 *   overview/_stations  OverviewView       (GET /overview/stations, container #overview-stations)
 *   overview/_figures   OverviewFigures    part #overview-figures
 *   overview/_row       OverviewRow        part #row-<slug>
 */
import {
  ascending,
  descending,
  type SortableTable,
  type SortHead,
  sortHeads,
  type sortQuery,
  sortRows,
  type TableSort,
} from '../kernel/http/table-sort.ts';
import type { ListOrder, PageFragments } from '../kernel/stream/page-fragments.ts';
import { floorTo, hourMs } from '../kernel/time/durations.ts';
import { listWrongClocks, type WrongClock } from '../plant/clock-offset.ts';
import { imageHref, imageSrc, pageHref, siteParam, stationHref, stationSlug } from '../plant/links.ts';
import type { SiteTag } from '../plant/sites.ts';
import {
  type JudgedStation,
  judgePlant,
  type PlantState,
  type SourceState,
  type StateView,
  stateRank,
  stateView,
  type Tone,
} from '../plant/station-state.ts';
import {
  sumCounts,
  type TrendBucket,
  totalCount,
  unitCounts,
  type VerdictCounts,
  yieldRate,
} from '../plant/yield.ts';
import { expectedHits, type MixPart } from '../statistics/mix.ts';

/** One station as the Overview reads it: the last 24 hours by hour, and sums of the last hour and day. */
export type OverviewStation = JudgedStation & {
  lastSeenAt: number | null;
  /** Null where there is only one site. */
  site: SiteTag | null;
  station: string;
  isDemo: boolean;
  lastHour: VerdictCounts;
  lastDay: VerdictCounts;
  /** Units judged in the last hour of each model whose usual NG share is known: how many, how many NG, what is usual. */
  lastHourMix: (MixPart & { ng: number })[];
  hours: TrendBucket[];
  last: { id: number; revision: number; capturedAt: number; verdict: 'OK' | 'NG' | null } | null;
  /** The last image is kept at its site and cannot be shown here. */
  isElsewhere: boolean;
};

/** Units made in the running shift, and those due by now. */
export type PlanNow = { made: number; due: number };

export type OverviewContext = {
  now: number;
  /** Which site is shown, null for all together; left out where there is only one. */
  site?: { tag: SiteTag | null };
  /** Draws 24 hours of yield (0..1, null where nothing was judged) as safe SVG, all rows on the same scale. */
  drawSparkline: (rates: (number | null)[], scale: { min: number; max: number }) => string;
  /** State of each watched folder of the own site. */
  sources: readonly { state: SourceState }[];
  badImageCount: number;
  /** Output of the own site's running shift; null where nothing is planned. */
  plan: PlanNow | null;
  /** The live page of a station of the own site; null where it has no picture. */
  liveHrefOf: (station: string) => string | null;
  /** The order that the reader has chosen; left out for what is wrong first. */
  sort?: TableSort | null;
};

export type OverviewFigures = {
  yieldRate: number | null;
  /** Usual range of the last hour's own mix of models, for comparison; null while unknown. */
  usual: { lower: number; upper: number } | null;
  tone: Tone;
  lastHourCount: number;
  /** Median of the whole hours of the last day in which anything ran; null when there were none. */
  usualHourCount: number | null;
  /** Null where nothing is planned, and while another site is shown. */
  plan: PlanNow | null;
  /** What may be said of all stations together, and its tone. */
  plant: PlantState;
  plantTone: Tone;
  /** What is wrong stands at the top: no other order is chosen. */
  isListedFirst: boolean;
  stationCount: number;
  /** Null while another site is shown: its folders are watched there. */
  sources: { total: number; online: number } | null;
  badImageCount: number;
  newestAt: number | null;
};

export type OverviewRow = {
  slug: string;
  station: string;
  /** All its images are the demo plant's. */
  isDemo: boolean;
  /** Label of its site, where the page shows several. */
  siteLabel: string | null;
  href: string;
  judged: StateView;
  yieldRate: number | null;
  dayYieldRate: number | null;
  lastHourCount: number;
  ngCount: number;
  sparklineSvg: string;
  lastSeenAt: number | null;
  /** `src` is null for an image that is kept elsewhere. */
  last: { href: string; src: string | null; verdict: 'OK' | 'NG' | null } | null;
  /** Its live page; null where there is none here. */
  liveHref: string | null;
};

export type OverviewView = {
  /** Stations whose names tell wrong times. */
  clocks: WrongClock[];
  /** The site shown, its label null for all; null where there is only one. */
  site: { label: string | null } | null;
  figures: OverviewFigures;
  /** Headings of the columns by which the rows can be sorted. */
  heads: Record<string, SortHead>;
  rows: readonly OverviewRow[];
  /** Stations beyond the rows shown. */
  moreCount: number;
  /** Wall mode: the smallest of `wallSteps` with room for all rows. */
  wallStep: number;
  order: ListOrder;
};

/** Numbers of rows a wall is divided into; of more stations it turns pages. */
const wallSteps = [4, 6, 8, 12] as const;

export type OverviewPage = {
  live: PageFragments<'stations'>;
  /** The order of the rows, which the choice of a site keeps. */
  carried: ReturnType<typeof sortQuery>;
  /** To choose from; null where there is only one. */
  sites: { name: string; label: string; isChosen: boolean }[] | null;
  here: string;
};

/** The rows as they come: what is wrong first, then the worst yield. */
export const overviewTable: SortableTable<OverviewRow> = {
  name: 'stations',
  columns: {
    station: ascending(({ station }) => station),
    state: ascending(({ judged }) => stateRank(judged.state)),
    yield: ascending(({ yieldRate }) => yieldRate),
    day: ascending(({ dayYieldRate }) => dayYieldRate),
    output: descending(({ lastHourCount }) => lastHourCount),
    ng: descending(({ ngCount }) => ngCount),
    seen: descending(({ lastSeenAt }) => lastSeenAt),
  },
  usual: { column: 'state', isDescending: false },
};

/** Longer pages are unreadable and slow for all viewers. */
const maxRows = 200;
const shownHours = 24;
/** A sparkline's scale begins here or lower, so that it never magnifies less than ten percent. */
const maxSparklineFloor = 0.9;

/** One station's line. */
function overviewRow(
  facts: OverviewStation,
  context: OverviewContext,
  scale: { min: number; max: number },
): OverviewRow {
  const site = siteParam(facts.site);
  return {
    slug: stationSlug(facts.station, site),
    station: facts.station,
    isDemo: facts.isDemo,
    siteLabel: context.site?.tag === null ? (facts.site?.label ?? null) : null,
    href: stationHref(facts.station, { period: '1d', site }),
    judged: stateView(facts),
    yieldRate: yieldRate(unitCounts(facts.lastHour)),
    dayYieldRate: yieldRate(unitCounts(facts.lastDay)),
    lastHourCount: totalCount(facts.lastHour),
    ngCount: facts.lastHour.ng,
    sparklineSvg: context.drawSparkline(hourlyRates(facts.hours, context.now), scale),
    lastSeenAt: facts.lastSeenAt,
    last: facts.last && {
      href: imageHref(facts.last),
      src: facts.isElsewhere ? null : imageSrc(facts.last, 'strip.webp'),
      verdict: facts.last.verdict,
    },
    liveHref: site === undefined ? context.liveHrefOf(facts.station) : null,
  };
}

/** The whole live part of the Overview: what is wrong sorts to the top, unless another order is chosen. */
export function overviewView(stations: OverviewStation[], context: OverviewContext): OverviewView {
  const rates = stations.flatMap(({ hours }) => hours.flatMap((hour) => yieldRate(unitCounts(hour)) ?? []));
  // One scale for all rows: a bad station stands out and a good one stays calm.
  const scale = { min: rates.reduce((least, rate) => Math.min(least, rate), maxSparklineFloor), max: 1 };
  const rows = stations.map((facts) => overviewRow(facts, context, scale));
  rows.sort(
    (a, b) =>
      stateRank(a.judged.state) - stateRank(b.judged.state) ||
      (a.yieldRate ?? 2) - (b.yieldRate ?? 2) ||
      a.station.localeCompare(b.station),
  );
  const { site, sort = null } = context;
  const shown = sortRows(rows.slice(0, maxRows), overviewTable, sort);
  const wallStep = wallSteps.find((step) => step >= shown.length) ?? 12;
  const order = { listId: 'rows', itemIds: shown.map(({ slug }) => `row-${slug}`) };
  const figures = overviewFigures(stations, rows, context);
  const shownSite = site ? { label: site.tag?.label ?? null } : null;
  const clocks = listWrongClocks(stations.map(clockOf));
  return {
    clocks,
    site: shownSite,
    figures,
    heads: sortHeads(overviewTable, sort, (query) => pageHref('/overview', { site: site?.tag?.name }, query)),
    rows: shown,
    moreCount: rows.length - shown.length,
    wallStep,
    order,
  };
}

function clockOf({ station, state, also }: OverviewStation): { name: string; clockAheadMs: number | null } {
  const wrong = [state, ...also].find((one) => one?.code === 'clockWrong');
  return { name: station, clockAheadMs: wrong?.code === 'clockWrong' ? wrong.aheadMs : null };
}

function overviewFigures(
  stations: OverviewStation[],
  rows: OverviewRow[],
  context: OverviewContext,
): OverviewFigures {
  const lastHour = sumCounts(stations.map((facts) => facts.lastHour));
  const usual = usualBand(stations, lastHour);
  const rate = yieldRate(unitCounts(lastHour));
  const seen = stations.flatMap(({ lastSeenAt }) => lastSeenAt ?? []);
  const below = usual !== null && usual.rate < usual.lower;
  const wrongTone = rows.some(({ judged }) => judged.tone === 'ng') ? 'ng' : 'warn';
  const isElsewhere = context.site?.tag?.isOwn === false;
  // The folders of another site are watched there.
  const sources = isElsewhere ? [] : context.sources;
  const plant = judgePlant(
    rows.map(({ judged }) => judged.state),
    sources,
  );
  return {
    yieldRate: rate,
    usual: usual && { lower: usual.lower, upper: usual.upper },
    // The tone of its cause: a low yield is a warning, an NG burst is an error.
    tone: below ? wrongTone : 'ok',
    lastHourCount: totalCount(lastHour),
    usualHourCount: usualHourCount(stations, context.now),
    plan: isElsewhere ? null : context.plan,
    plant,
    plantTone: { wrong: wrongTone, allRight: 'ok', unjudged: 'unknown' }[plant.kind] as Tone,
    isListedFirst: !context.sort,
    stationCount: rows.length,
    sources: isElsewhere
      ? null
      : { total: sources.length, online: sources.filter(({ state }) => state !== 'offline').length },
    badImageCount: context.badImageCount,
    newestAt: seen.length > 0 ? Math.max(...seen) : null,
  };
}

function usualHourCount(stations: OverviewStation[], now: number): number | null {
  const totals = new Map<number, number>();
  for (const hour of stations.flatMap(({ hours }) => hours)) {
    if (hour.startAt >= hourStart(now)) continue;
    totals.set(hour.startAt, (totals.get(hour.startAt) ?? 0) + totalCount(hour));
  }
  const sorted = [...totals.values()].filter((total) => total > 0).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

const limitSigmas = 3;

/**
 * The range (yields 0..1) that is usual for the last hour: each model at its own station with its own usual NG share,
 * Σnₘpₘ ± 3σ, so that a change of mix alone leaves it. `rate` is the yield of the same inspections. Null while what is
 * usual is known of less than half of them.
 */
function usualBand(
  stations: OverviewStation[],
  lastHour: VerdictCounts,
): { lower: number; upper: number; rate: number } | null {
  const mix = stations.flatMap(({ lastHourMix }) => lastHourMix);
  const { total, expected, variance } = expectedHits(mix);
  const { ok, ng } = unitCounts(lastHour);
  if (total === 0 || total < (ok + ng) / 2) return null;
  const center = 1 - expected / total;
  const reach = (limitSigmas * Math.sqrt(variance)) / total;
  const hits = mix.reduce((sum, part) => sum + part.ng, 0);
  return { lower: Math.max(0, center - reach), upper: Math.min(1, center + reach), rate: 1 - hits / total };
}

function hourlyRates(hours: OverviewStation['hours'], now: number): (number | null)[] {
  const byStart = new Map(hours.map((hour) => [hour.startAt, yieldRate(unitCounts(hour))]));
  const lastStart = hourStart(now);
  return Array.from({ length: shownHours }, (_, index) => {
    return byStart.get(lastStart - (shownHours - 1 - index) * hourMs) ?? null;
  });
}

// The hours of roll-ups are UTC hours.
function hourStart(at: number): number {
  return floorTo(hourMs, at);
}
