import type { Direction } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { imageHref } from '../../plant/links.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef } from '../model.ts';
import { shotView } from '../pages/shot-view.ts';
import type { ListFilter } from '../queries/inspection-queries.ts';
import { compareHref, maxCompared } from './compare-links.ts';
import { type ImageSet, readImageSet } from './image-set.ts';
import { type ImagePage, imagePage } from './image-views.ts';
import { readPicture } from './read-picture.ts';

/** Images of the film strip on each side of the one shown. */
const filmReach = 6;
/** NG images on each side among which those of the same view are looked for. */
const ngReach = 12;

/**
 * The page of one image within the set of its query, and its time zone; throws `not_found` for an unknown id, and what
 * `readImageSet` throws.
 */
export async function readImagePage(
  deps: InspectionDeps,
  id: number,
  search: URLSearchParams,
): Promise<{ view: ImagePage; timeZone: string }> {
  const { inspections, names, sites } = deps.reads;
  const inspection = await findImage(deps, id);
  const siteId = names.siteIdOf(inspection.stationId);
  const set = readImageSet(search, [inspection], deps.reads);
  const { older, newer, olderNg, newerNg } = await readNeighbours(deps, inspection, set);
  const others = await inspections.listOtherViews(inspection);
  const film = [...older.toReversed(), inspection, ...newer];
  const shown = [...film, ...others];
  const known = {
    unreadable: await inspections.listBadReasons(shown.map((image) => image.id)),
    elsewhere: await deps.locations.listElsewhere(shown.map(({ rootId }) => rootId)),
  };
  const { list } = set;
  const views = others.length === 0 ? [] : sortedViews([inspection, ...others]);
  const shotOf = (image: InspectionRef) => shotView(image, known, { list });
  const view = imagePage(
    inspection,
    set,
    {
      previous: older[0] ?? null,
      next: newer[0] ?? null,
      previousNg: olderNg[0] ?? null,
      nextNg: newerNg[0] ?? null,
    },
    {
      picture: await readPicture(deps, inspection, imageHref(inspection, list)),
      site: sites.tagOf(siteId),
      views: views.map(shotOf),
      viewsCompareHref: compareHref(views.slice(0, maxCompared), set),
      film: film.map(shotOf),
      isFar: newer.length === filmReach,
      compareHref: compareHref(comparedWith(inspection, { older, newer, olderNg, newerNg }), set),
    },
  );
  return { view, timeZone: sites.wallClockOf(siteId).timeZone };
}

/** @throws AppError 'not_found' */
export async function findImage({ reads }: InspectionDeps, id: number): Promise<InspectionRef> {
  const inspection = Number.isSafeInteger(id) ? await reads.inspections.find(id) : undefined;
  if (inspection) return inspection;
  throw new AppError('not_found', `There is no image with the number ${id}.`);
}

/** Images of a set around one of them, the nearest first; `…Ng` are its NG images. */
type Neighbours = {
  older: InspectionRef[];
  newer: InspectionRef[];
  olderNg: InspectionRef[];
  newerNg: InspectionRef[];
};

async function readNeighbours(
  deps: InspectionDeps,
  { capturedAt, id }: InspectionRef,
  { filter }: ImageSet,
): Promise<Neighbours> {
  const read = (direction: Direction, limit: number, only: ListFilter = {}) =>
    deps.reads.inspections.list({ ...filter, ...only }, { limit, from: { capturedAt, id }, direction });
  const older = await read('older', filmReach);
  const newer = await read('newer', filmReach);
  if (filter.verdict === 'NG') return { older, newer, olderNg: older, newerNg: newer };
  if (filter.verdict !== undefined) return { older, newer, olderNg: [], newerNg: [] };
  return {
    older,
    newer,
    olderNg: await read('older', ngReach, { verdict: 'NG' }),
    newerNg: await read('newer', ngReach, { verdict: 'NG' }),
  };
}

/**
 * The image beside the NG images before it, and where there are none, beside those after it or its neighbours; where units
 * have views, beside those of its own view.
 */
function comparedWith(
  inspection: InspectionRef,
  { older, newer, olderNg, newerNg }: Neighbours,
): InspectionRef[] {
  const ngs = [...olderNg, ...newerNg];
  const others = ngs.length > 0 ? ngs : [...older, ...newer];
  const ofView = others.filter(({ view }) => view === inspection.view);
  return [inspection, ...(ofView.length > 0 ? ofView : others)].slice(0, maxCompared);
}

function sortedViews(images: InspectionRef[]): InspectionRef[] {
  return images.sort((a, b) => (a.view ?? '').localeCompare(b.view ?? '') || a.capturedAt - b.capturedAt);
}
