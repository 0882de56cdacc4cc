import { mapFairly } from '../../../kernel/jobs/map-fairly.ts';
import {
  bestByName,
  maxPlaces,
  type SearchGroup,
  type SearchPlace,
  type SearchSource,
} from '../../../plant/contributions/search-source.ts';
import { pageHref, siteParam, stationHref } from '../../../plant/links.ts';
import type { InspectionDeps } from '../../deps.ts';
import { createNarrowing, type Narrowed } from './narrowing.ts';
import { createImageSearch } from './search-images.ts';

/** Searches stations, models and images by COUNT, by time and by file name. */
export function createInspectionSearch(deps: Pick<InspectionDeps, 'reads' | 'locations'>): SearchSource {
  const { names, sites, inspections, states } = deps.reads;
  const narrowing = createNarrowing(deps.reads);
  const images = createImageSearch(deps, narrowing);

  async function findStations({ stationIds, rest }: Narrowed, text: string): Promise<SearchGroup[]> {
    const fitting = bestByName(names.listStations(), text, ({ name }) => name).map(({ id }) => id);
    const isLimit = stationIds.length > 0 && rest.length > 0;
    const found = isLimit ? stationIds : [...new Set([...stationIds, ...fitting])];
    const places = await mapFairly(found.slice(0, maxPlaces), async (id): Promise<SearchPlace> => {
      const site = sites.tagOf(names.siteIdOf(id));
      const { state, lastSeenAt } = await states.read(id);
      const name = names.stationName(id);
      const href = stationHref(name, { site: siteParam(site) });
      return { href, name, site: site?.label ?? null, newestAt: lastSeenAt, state };
    });
    return groupOf('stations', places, found.length > maxPlaces);
  }

  function findModels({ part }: Narrowed, text: string): SearchGroup[] {
    const found = part ? [part] : bestByName(names.listParts(), text, ({ name }) => name);
    const places = found.slice(0, maxPlaces).map(
      ({ name }): SearchPlace => ({
        href: pageHref('/inspections', { part: name }),
        name,
        site: null,
        newestAt: null,
      }),
    );
    return groupOf('models', places, found.length > maxPlaces);
  }

  return {
    async search({ text, words }) {
      const whole: Narrowed = { stationIds: [], part: undefined, rest: words };
      const narrowed = narrowing.narrow(words);
      // A station may be called 1234: what names a place may mean something else as well.
      const asked = narrowed.rest.length < words.length ? [narrowed, whole] : [whole];
      const views = [await images.byCount(asked), await images.byMoment(asked), await images.byName(asked)];
      return [
        ...(await findStations(narrowed, text)),
        ...findModels(narrowed, text),
        ...views
          .filter((view) => view !== undefined)
          .map((view): SearchGroup => ({ key: view.key, kind: 'images', template: 'search/_images', view })),
      ];
    },

    async examples() {
      const [newest] = await inspections.list({}, { limit: 1 });
      if (newest === undefined) return [];
      const { stationId, station, part, name, sequence, capturedAt } = newest;
      const wallClock = sites.wallClockOf(names.siteIdOf(stationId));
      const minute = wallClock.format(capturedAt, 'minute').replace('T', ' ');
      return [
        { key: 'station', text: station },
        { key: 'model', text: part },
        ...(sequence === null ? [] : [{ key: 'count', text: `${station} ${sequence}` }]),
        { key: 'name', text: name },
        { key: 'time', text: `${station} ${minute}` },
      ];
    },
  };
}

function groupOf(key: 'stations' | 'models', places: SearchPlace[], isMore: boolean): SearchGroup[] {
  if (places.length === 0) return [];
  return [{ key, kind: 'places', template: 'search/_places', view: { key, places, isMore } }];
}
