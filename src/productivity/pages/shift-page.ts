import { type AskedBoard, boardFilters, boardHref, boardSteps } from '../asked-board.ts';
import type { ShiftsPage } from './oee-views.ts';
import type { ProductivityPageDeps } from './page-deps.ts';

/** What every page over the shifts of a window has; `carried` is kept by the period control. */
export function shiftsPage(
  deps: ProductivityPageDeps,
  asked: AskedBoard,
  path: string,
  carried: Record<string, string> = {},
): ShiftsPage {
  return {
    filters: boardFilters(asked, path, carried),
    steps: boardSteps(asked, deps.clock.now(), path, carried),
    window: asked.window,
    isAssumed: asked.isAssumed,
    isDemo: deps.reads.isDemo(),
    here: boardHref(path, asked.query, carried),
  };
}

/** The station that a page is narrowed to, by its name; undefined for all. */
export function askedStation(deps: ProductivityPageDeps, asked: AskedBoard, search: URLSearchParams) {
  const name = search.get('station') ?? '';
  return deps.oee.listStations(asked.siteId).find((station) => station.name === name);
}
