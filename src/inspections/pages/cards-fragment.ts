import type { Lang } from '../../kernel/i18n/languages.ts';
import type { Fragment } from '../../kernel/stream/fragment.ts';
import { fragmentViewer, movableList, renderFragment } from '../../kernel/stream/page-fragments.ts';
import { type PageQuery, pageHref } from '../../plant/links.ts';
import { type AskedView, readAskedView } from '../../plant/page-filters.ts';
import { totalCount } from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';
import { listShownStations } from '../stations/station-summaries.ts';
import { maxCardsOf } from '../stations/wall-grid.ts';
import { type CardsView, type CardTotals, type CoveredSite, cardsView } from './cards-views.ts';
import { noticesView } from './notices.ts';
import { exampleName, readSummaries, viewContext } from './page-reads.ts';
import { describeFolders } from './sources/watched-folders.ts';

/** Total numbers of stations and images, whether or not there is a card for them. */
async function readTotals(deps: InspectionDeps, { window, filter }: AskedView): Promise<CardTotals> {
  const shown = new Set(listShownStations(deps.reads, filter));
  const counts = await deps.reads.counts.countByPart(window, filter);
  const images = counts.reduce((sum, part) => sum + (shown.has(part.stationId) ? totalCount(part) : 0), 0);
  return { stations: shown.size, images };
}

/** Which site the page shows, or all; empty if there is only one site. */
function coveredSite({ reads: { sites } }: InspectionDeps, { site }: AskedView): CoveredSite | null {
  return sites.isSeveral() ? { label: site?.label ?? null } : null;
}

/** The fragment of the Inspections page that its stream keeps fresh. */
async function readCards(deps: InspectionDeps, asked: AskedView): Promise<CardsView> {
  const sources = deps.sources.list();
  const maxCards = maxCardsOf(asked.query);
  const summaries = await readSummaries(deps, asked, maxCards);
  const hrefOf = (query: PageQuery) => pageHref('/inspections', query);
  const anyImageEver = deps.reads.names.listStations().length > 0;
  const isAll = summaries.length < maxCards;
  return cardsView(summaries, await viewContext(deps, asked, summaries, hrefOf), {
    ...(isAll ? {} : { totals: await readTotals(deps, asked) }),
    notices: noticesView(sources, deps.reads.clock.now(), deps.settings.drawing()),
    empty: {
      // Asked only where there is no image yet: then the folder is what the reader must look at.
      folders: anyImageEver ? [] : await describeFolders(sources),
      exampleName,
      pattern: deps.settings.pattern,
      demo: deps.settings.demo(),
    },
    coveredSite: coveredSite(deps, asked),
    hiddenCount: asked.query.station === undefined ? deps.reads.names.countHidden(asked.filter.siteId) : 0,
    anyImageEver,
  });
}

/** The same fragment for the stream, in parts: a change of one figure sends one small part of one card. */
export async function renderCards(
  deps: InspectionDeps,
  search: URLSearchParams,
  lang: Lang,
): Promise<Fragment> {
  const asked = readAskedView(search, deps.reads);
  const view = await readCards(deps, asked);
  const viewer = { ...fragmentViewer(search, lang), timeZone: asked.wallClock.timeZone };
  return renderFragment(deps.renderer, viewer, {
    containerId: 'inspections-cards',
    template: 'inspections/_cards',
    view,
    list: movableList(view.order),
  });
}
