import { barTrend } from '../../kernel/charts/bar-trend.ts';
import type { PageQuery } from '../../plant/links.ts';
import type { AskedView } from '../../plant/page-filters.ts';
import { periodSteps } from '../../plant/period-steps.ts';
import type { InspectionDeps } from '../deps.ts';
import type { StationSummary } from '../model.ts';
import type { DrawTrend, ViewContext } from './cards-views.ts';

/** The lowest count of a full-height bar, so that one image a minute does not look like a full line. */
const smallestFullBar = 4;

/** A file name of the default pattern, shown where there are no images yet. */
export const exampleName = 'OK-20250906-102131-132.jpg';

/** What the views of one page request have in common; `hrefOf` writes the address of the page. */
export async function viewContext(
  deps: InspectionDeps,
  asked: AskedView,
  summaries: readonly StationSummary[],
  hrefOf: (query: PageQuery) => string,
): Promise<ViewContext> {
  const shown = summaries.flatMap(({ last, lastNgs }) => [...(last ? [last] : []), ...lastNgs]);
  const now = deps.reads.clock.now();
  return {
    now,
    query: asked.query,
    window: asked.window,
    steps: periodSteps(asked.query, asked.window, { ...asked, now }, hrefOf),
    bucketMs: asked.bucketMs,
    drawTrend: drawTrendUntil(now),
    unreadable: await deps.reads.inspections.listBadReasons(shown.map(({ id }) => id)),
    elsewhere: await deps.locations.listElsewhere(shown.map(({ rootId }) => rootId)),
  };
}

/** Draws bars up to now; the future is neither bars nor gaps. */
function drawTrendUntil(now: number): DrawTrend {
  return (buckets, window) => barTrend({ buckets, window, now, maxCount: smallestFullBar });
}

/** The summaries of all stations that a page's filters select; beyond `atMost`, those with the worst yield. */
export async function readSummaries(
  deps: InspectionDeps,
  asked: AskedView,
  atMost?: number,
): Promise<StationSummary[]> {
  if (asked.isUnknown) return [];
  const { window, buckets, filter } = asked;
  const ngLimit = deps.settings.ngPreviewCount;
  return deps.reads.summaries({ window, buckets, filter, areAllShown: true, ngLimit, atMost });
}
