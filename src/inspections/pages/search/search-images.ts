import { mapFairly } from '../../../kernel/jobs/map-fairly.ts';
import { readCount } from '../../../plant/search-text.ts';
import type { TimeWindow } from '../../../plant/time-window.ts';
import type { InspectionDeps } from '../../deps.ts';
import type { InspectionRef } from '../../model.ts';
import type { ListFilter } from '../../queries/inspection-queries.ts';
import { maxNamesakes } from '../../queries/name-queries.ts';
import { type Shot, shotView } from '../shot-view.ts';
import { isNarrowed, type Narrowed, type Narrowing } from './narrowing.ts';

/** Most images of a kind that are shown: full rows at every width. */
const maxShots = 60;
/** A shorter beginning fits almost every file name. */
const shortestBeginning = 2;

/** Images that were found; printed by `search/_images`. */
export type ImagesView = {
  /** Its heading is the text `search.images.<key>`. */
  key: 'count' | 'moment' | 'names';
  /** The COUNT or the beginning of the names; '' for a moment. */
  text: string;
  /** The moment. */
  window: TimeWindow | null;
  /** The places that the search is limited to. */
  places: string[];
  shots: Shot[];
  /** What of it is shown, where it is not all. */
  note: { key: 'newest' | 'newestOf' | 'tooMany'; shown: number; total: number } | null;
  /** The page of the moment. */
  href: string | null;
};

/**
 * Finds images by COUNT, by time and by the beginning of their name. `asked` are the readings of a search, the likelier
 * one first; undefined where none fits.
 */
export type ImageSearch = Record<
  'byCount' | 'byMoment' | 'byName',
  (asked: readonly Narrowed[]) => Promise<ImagesView | undefined>
>;

export function createImageSearch(
  { reads, locations }: Pick<InspectionDeps, 'reads' | 'locations'>,
  { momentOf, hrefOfMoment, placesOf }: Narrowing,
): ImageSearch {
  const { inspections } = reads;

  async function listImages({ stationIds, part }: Narrowed, filter: ListFilter): Promise<InspectionRef[]> {
    const limited = { ...filter, partId: part?.id };
    const page = { limit: maxShots + 1 };
    if (stationIds.length === 0) return inspections.list(limited, page);
    const lists = await mapFairly(stationIds, (stationId) =>
      inspections.list({ ...limited, stationId }, page),
    );
    return lists
      .flat()
      .sort((a, b) => b.capturedAt - a.capturedAt || b.id - a.id)
      .slice(0, page.limit);
  }

  async function viewOf(
    narrowed: Narrowed,
    images: readonly InspectionRef[],
    view: Pick<ImagesView, 'key'> & Partial<ImagesView>,
  ): Promise<ImagesView> {
    const shown = images.slice(0, maxShots);
    const unreadable = await inspections.listBadReasons(shown.map(({ id }) => id));
    const elsewhere = await locations.listElsewhere(shown.map(({ rootId }) => rootId));
    const isMore = images.length > maxShots;
    return {
      text: '',
      window: null,
      places: placesOf(narrowed),
      shots: shown.map((image) => shotView(image, { unreadable, elsewhere })),
      note: isMore ? { key: 'newest', shown: shown.length, total: images.length } : null,
      href: null,
      ...view,
    };
  }

  return {
    async byCount(asked) {
      for (const narrowed of asked) {
        const sequence = readCount(narrowed.rest);
        if (sequence === undefined) continue;
        const images = await listImages(narrowed, { sequence });
        // Beside a place nothing else can have been meant: that there is none is the answer.
        if (images.length > 0 || isNarrowed(narrowed))
          return viewOf(narrowed, images, { key: 'count', text: `${sequence}` });
      }
      return undefined;
    },

    async byMoment(asked) {
      for (const narrowed of asked) {
        const window = momentOf(narrowed);
        if (window === undefined) continue;
        const images = await listImages(narrowed, { window });
        return viewOf(narrowed, images, { key: 'moment', window, href: hrefOfMoment(narrowed, window) });
      }
      return undefined;
    },

    async byName(asked) {
      for (const narrowed of asked) {
        const { stationIds, part, rest } = narrowed;
        // Of a pasted path only the end is the file's name.
        const text = rest.join(' ').split(/[\\/]/).at(-1) ?? '';
        if (text.length < shortestBeginning || stationIds.length > 1) continue;
        const filter = { stationId: stationIds[0], partId: part?.id };
        const { images, total } = await inspections.findNamed(text, filter, maxShots + 1);
        if (total > maxNamesakes) {
          const note = { key: 'tooMany', shown: 0, total: maxNamesakes } as const;
          return viewOf(narrowed, [], { key: 'names', text, note });
        }
        if (images.length === 0) continue;
        const view = await viewOf(narrowed, images, { key: 'names', text });
        // The total is that of the whole plant.
        if (view.note && !isNarrowed(narrowed)) view.note = { ...view.note, key: 'newestOf', total };
        return view;
      }
      return undefined;
    },
  };
}
