import { type AskedBoard, boardFilters, boardHref, boardSteps, keptOf } from '../asked-board.ts';
import type { ShiftsPage } from './oee-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';

/** What every page over the shifts of a window has; `carried` is kept by the period control. */
export function shiftsPage(
  deps: ProductivityPageDeps,
  asked: AskedBoard,
  path: string,
  narrowed: Record<string, string> = {},
): ShiftsPage {
  const carried = { ...narrowed, ...lineOf(asked) };
  return {
    filters: boardFilters(asked, path, carried),
    steps: boardSteps(asked, deps.clock.now(), path, carried),
    window: asked.window,
    isAssumed: asked.isAssumed,
    kept: keptOf('units', deps.oee.keptFrom(asked.siteId, { lineId: asked.line?.id }), asked.window),
    isDemo: deps.reads.isDemo(),
    here: boardHref(path, asked.query, carried),
    lines: deps.lines.list(asked.siteId).map(({ name }) => name),
    line: asked.line?.name ?? '',
  };
}

/** The line of an address of the same page. */
export function lineOf({ line }: AskedBoard): { line: string } {
  return { line: line?.name ?? '' };
}

/** The station that a page is narrowed to, by its name; undefined for all. */
export function askedStation(deps: ProductivityPageDeps, asked: AskedBoard, search: URLSearchParams) {
  const name = search.get('station') ?? '';
  return deps.oee.listStations(asked.siteId, asked.line?.id).find((station) => station.name === name);
}
