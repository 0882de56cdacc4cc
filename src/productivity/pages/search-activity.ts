import {
  bestByName,
  maxPlaces,
  type SearchExample,
  type SearchGroup,
  type SearchPlace,
  type SearchSource,
} from '../../plant/contributions/search-source.ts';
import type { ProductivityDeps } from '../deps.ts';

/** Searches workers and workstations by name and by the id of their events. Stations with images are found by those. */
export function createActivitySearch(
  deps: Pick<ProductivityDeps, 'workers' | 'workstations' | 'people' | 'reads'>,
): SearchSource {
  const { workers, workstations, people, reads } = deps;
  const shownWorkers = () => (people.areShown ? workers.list(reads.siteId()) : []);
  const ownWorkstations = () => workstations.list(reads.siteId()).filter(({ isInspected }) => !isInspected);
  return {
    search: async ({ text }) => [
      ...groupOf(
        'workers',
        bestOf(shownWorkers(), text, (worker) => [people.labelOf(worker), worker.code]).map((worker) =>
          placeOf(`/productivity/workers/${encodeURIComponent(worker.code)}`, people.labelOf(worker)),
        ),
      ),
      ...groupOf(
        'workstations',
        bestOf(ownWorkstations(), text, ({ name, code }) => [name, code]).map(({ name, code }) =>
          placeOf(`/productivity/stations/${encodeURIComponent(code)}`, name),
        ),
      ),
    ],
    examples: async (): Promise<SearchExample[]> => {
      const [worker] = shownWorkers();
      return worker === undefined ? [] : [{ key: 'worker', text: people.labelOf(worker) }];
    },
  };
}

/** By the first of several names that fits best; each once. */
function bestOf<T>(items: readonly T[], text: string, namesOf: (item: T) => string[]): T[] {
  const named = items.flatMap((item) => namesOf(item).map((name) => ({ item, name })));
  return [...new Set(bestByName(named, text, ({ name }) => name).map(({ item }) => item))];
}

function placeOf(href: string, name: string): SearchPlace {
  return { href, name, site: null, newestAt: null };
}

function groupOf(key: 'workers' | 'workstations', places: SearchPlace[]): SearchGroup[] {
  if (places.length === 0) return [];
  const view = { key, places: places.slice(0, maxPlaces), isMore: places.length > maxPlaces };
  return [{ key, kind: 'places', template: 'search/_places', view }];
}
