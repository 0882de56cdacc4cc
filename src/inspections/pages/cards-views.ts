import { fullNgPercent } from '../../kernel/charts/bar-trend.ts';
import type { ListOrder, PageFragments } from '../../kernel/stream/page-fragments.ts';
import {
  type PageQuery,
  type Period,
  pageHref,
  siteParam,
  stationHref,
  stationSlug,
} from '../../plant/links.ts';
import type { FilterForm } from '../../plant/page-filters.ts';
import type { PeriodSteps } from '../../plant/period-steps.ts';
import { type StateView, stateView, type Tone } from '../../plant/station-state.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { gridsOfSmall, type WallGrids } from '../../plant/walls/wall-layout.ts';
import {
  compareYields,
  showInterval,
  type TrendBucket,
  totalCount,
  unitCounts,
  type VerdictCounts,
  yieldRate,
} from '../../plant/yield.ts';
/**
 * Rows → what the templates of the Inspections page print. Everything here is pure: numbers stay numbers and instants
 * stay epoch ms UTC; templates format them with `it.format` and `it.t`.
 *
 * Templates and their data:
 *   inspections/page            InspectionsPage
 *   inspections/_cards          CardsView            (GET /inspections/cards, container #inspections-cards)
 *   inspections/_covers         CoversView           part #inspections-covers
 *   inspections/_notices        NoticesView          part #inspections-notices
 *   inspections/_card           StationCard          the whole card #station-<slug>
 *   inspections/_card-<part>    StationCard          part #<part>-<slug>, for each part of a card
 */
import { wilsonInterval } from '../../statistics/proportion.ts';
import type { DemoState } from '../deps.ts';
import type { StationSummary } from '../model.ts';
import { maxCardsOf } from '../stations/wall-grid.ts';
import type { NoticesView } from './notices.ts';
import { type Shot, shotView, type Unshowable } from './shot-view.ts';
import type { WatchedFolder } from './sources/watched-folders.ts';

/** Draws the filled trend of a card; the result is safe SVG. */
export type DrawTrend = (buckets: TrendBucket[], window: TimeWindow, bucketMs: number) => string;

/** What every view of a page needs besides its rows. */
export type ViewContext = Unshowable & {
  now: number;
  query: PageQuery;
  window: TimeWindow;
  steps: PeriodSteps;
  /** Width of one bar of the trend, in ms. */
  bucketMs: number;
  drawTrend: DrawTrend;
};

/** Yield as 0..1 with, below 50 inspections, its Wilson 95 % interval. */
export type YieldView = {
  rate: number | null;
  /** Judged units, where several images show one; null where each image is a unit. */
  units: number | null;
  interval: { lower: number; upper: number; count: number } | null;
};

export type PartLine = {
  part: string;
  counts: VerdictCounts;
  yield: YieldView;
  href: string;
  /** Lengths of the OK and NG segments of its bar, in percent of the card's largest part. */
  bar: { ok: number; ng: number };
};

export type StationCard = {
  slug: string;
  station: string;
  /** All its images are the demo plant's. */
  isDemo: boolean;
  /** Label of its site, where the page shows several. */
  siteLabel: string | null;
  /** On a wall of shifts, where this station's site has none. */
  coversToday?: boolean;
  href: string;
  /** The tone of the state now; grey on a card of a past window. */
  tone: Tone;
  /** Its state now; null on a card of a past window, of which it says nothing. */
  judged: StateView | null;
  yield: YieldView;
  counts: VerdictCounts;
  lastSeenAt: number | null;
  period: Period;
  window: TimeWindow;
  /** Its range is printed with dates. */
  isDated: boolean;
  steps: PeriodSteps;
  bucketMs: number;
  trendSvg: string;
  /** The share of NG at the full height of its lane in the trend. */
  fullNgPercent: number;
  parts: PartLine[];
  /** Parts beyond the lines shown on the card. */
  morePartsCount: number;
  last: Shot | null;
  lastNgs: Shot[];
  /** The station's history, NG only. */
  allNgHref: string;
};

/** The site a page shows; its label is null for all together. */
export type CoveredSite = { label: string | null };

/** The first line under the title: what the page covers. */
export type CoversView = {
  query: PageQuery;
  /** Null where there is only one site. */
  site: CoveredSite | null;
  window: TimeWindow;
  isDated: boolean;
  steps: PeriodSteps;
  totalCount: number;
  stationCount: number;
  /** Stations that an administrator took off the pages. */
  hiddenCount: number;
  csvHref: string;
};

/** Why there is no image to show, and what to do next; stations without one keep their cards. */
export type EmptyView = {
  /** `nothing-yet`: no image was ever recorded. `nothing-here`: none within the chosen window and filters. */
  kind: 'nothing-yet' | 'nothing-here';
  folders: WatchedFolder[];
  exampleName: string;
  /** The pattern of FILENAME_REGEX, shown unless it is the default. */
  pattern: string | null;
  demo: DemoState;
  widerHref: string;
};

export type CardsView = {
  covers: CoversView;
  notices: NoticesView;
  cards: StationCard[];
  /** So many that each is a row of one line, without models and last NG, to be compared on one screen. */
  isCompact: boolean;
  /** Stations beyond the cards shown. */
  moreCount: number;
  /** Wall mode: the grid of tiles. */
  wall: WallGrids;
  order: ListOrder;
  empty: EmptyView | null;
  /** Why the statistics could not be read, in plain words; the cards are then empty. */
  error: string | null;
};

export type RescanResult = { scanned: number; added: number; note: string | null };

export type InspectionsPage = {
  filters: FilterForm;
  live: PageFragments<'cards'>;
  /** Result of POST /inspections/rescan, after its redirect. */
  rescan: RescanResult | null;
  /** This page's own URL, for forms that return to it. */
  here: string;
};

/** Most stations that stand as large cards. */
const maxLargeCards = 8;

/** Parts listed on a card before it says "and n more". */
const maxPartLines = 4;

/** Yield of `counts` with its interval where few were inspected; no inspections → no value. */
export function yieldView(counts: VerdictCounts): YieldView {
  const units = unitCounts(counts);
  const rate = yieldRate(units);
  const count = units.ok + units.ng;
  const range = showInterval(units) ? wilsonInterval(units.ok, count) : null;
  const isOfViews = counts.furtherOk + counts.furtherNg > 0;
  return {
    rate,
    units: isOfViews ? count : null,
    interval: range && { lower: range.low, upper: range.high, count },
  };
}

/** One card. */
export function stationCard(summary: StationSummary, context: ViewContext): StationCard {
  const judged = context.window.endAt > context.now ? stateView(summary) : null;
  const site = siteParam(summary.site);
  const query = { ...context.query, station: undefined, site };
  const isOneSite = context.query.site !== undefined || context.query.station !== undefined;
  const size = context.query.kiosk ? 'card.webp' : 'strip.webp';
  const list = { ...query, station: summary.station };
  const shown = summary.parts.slice(0, maxPartLines);
  return {
    slug: stationSlug(summary.station, site),
    station: summary.station,
    isDemo: summary.isDemo,
    siteLabel: isOneSite ? null : (summary.site?.label ?? null),
    href: stationHref(summary.station, query),
    tone: judged?.tone ?? 'unknown',
    judged,
    yield: yieldView(summary.counts),
    counts: summary.counts,
    lastSeenAt: summary.lastSeenAt,
    period: context.query.period,
    window: context.window,
    isDated: isDated(context.query),
    steps: context.steps,
    bucketMs: context.bucketMs,
    trendSvg: context.drawTrend(summary.trend, context.window, context.bucketMs),
    fullNgPercent: fullNgPercent(summary.trend),
    parts: partLines(summary.station, shown, query),
    morePartsCount: summary.parts.length - shown.length,
    last: summary.last && shotView(summary.last, context, { size, list }),
    lastNgs: summary.lastNgs.map((ng) => shotView(ng, context, { size, list: { ...list, verdict: 'NG' } })),
    allNgHref: stationHref(summary.station, query, { verdict: 'NG' }),
  };
}

/** What began today needs no date. */
function isDated({ period }: PageQuery): boolean {
  return period !== 'hour' && period !== '1h' && period !== 'today';
}

function partLines(station: string, parts: StationSummary['parts'], query: Partial<PageQuery>): PartLine[] {
  const judged = ({ ok, ng }: VerdictCounts): number => ok + ng;
  const most = Math.max(1, ...parts.map(({ counts }) => judged(counts)));
  const percent = (count: number): number => Math.round((count / most) * 1000) / 10;
  return parts.map(({ part, counts }) => ({
    part,
    counts,
    yield: yieldView(counts),
    href: stationHref(station, { ...query, part }),
    bar: { ok: percent(counts.ok), ng: percent(counts.ng) },
  }));
}

/** Cards in reading order: worst yield first, stations without a yield last, names within a tie. */
function orderCards(cards: StationCard[]): StationCard[] {
  return cards.toSorted(
    (a, b) => compareYields(a.yield.rate, b.yield.rate) || a.station.localeCompare(b.station),
  );
}

/** Total stations and images of a page, shown or not. */
export type CardTotals = { stations: number; images: number };

/** The whole fragment of the Inspections page. */
export function cardsView(
  summaries: StationSummary[],
  context: ViewContext,
  rest: {
    notices: NoticesView;
    empty: Omit<EmptyView, 'kind' | 'widerHref'>;
    anyImageEver: boolean;
    coveredSite?: CoveredSite | null;
    hiddenCount: number;
    /** Set if `summaries` are not all. */
    totals?: CardTotals;
  },
): CardsView {
  const cards = orderCards(summaries.map((summary) => stationCard(summary, context)));
  const images = cards.reduce((sum, { counts }) => sum + totalCount(counts), 0);
  const totals = rest.totals ?? { stations: cards.length, images };
  const shown = cards.slice(0, maxCardsOf(context.query));
  const empty: EmptyView = {
    ...rest.empty,
    kind: rest.anyImageEver ? 'nothing-here' : 'nothing-yet',
    widerHref: pageHref('/inspections', { period: '1w', site: context.query.site }),
  };
  return {
    covers: {
      query: context.query,
      site: rest.coveredSite ?? null,
      window: context.window,
      isDated: isDated(context.query),
      steps: context.steps,
      totalCount: totals.images,
      stationCount: totals.stations,
      hiddenCount: rest.hiddenCount,
      csvHref: pageHref('/inspections/export.csv', { ...context.query, kiosk: false }),
    },
    notices: rest.notices,
    cards: shown,
    isCompact: !context.query.kiosk && shown.length > maxLargeCards,
    moreCount: totals.stations - shown.length,
    wall: gridsOfSmall(shown.length),
    order: context.query.kiosk
      ? { listId: 'wall', itemIds: shown.map(({ slug }) => `tile-${slug}`) }
      : { listId: 'cards', itemIds: shown.map(({ slug }) => `station-${slug}`) },
    empty: totals.images === 0 ? empty : null,
    error: null,
  };
}
