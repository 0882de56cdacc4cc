import type { SearchText } from '../search-text.ts';

/** One kind of what a search found, as a section of its page. */
export type SearchGroup = {
  /** Part of the section's id; one word. */
  key: string;
  /** Places of the plant stand before images. */
  kind: 'places' | 'images';
  /** The fragment that prints it, from the folder of templates, and what that is given as `view`. */
  template: string;
  view: object;
};

/** Places that were found: stations, models, cameras, coils. Printed by `search/_places`. */
export type PlacesView = {
  /** Its heading is the text `search.group.<key>`. */
  key: string;
  places: SearchPlace[];
  /** There are more than were listed. */
  isMore: boolean;
};

export type SearchPlace = {
  href: string;
  /** '' for the main camera, which pages name themselves. */
  name: string;
  /** Label of its site, where several share the database. */
  site: string | null;
  /** Newest image, epoch ms; null where there is none or it is not known. */
  newestAt: number | null;
  /** State of a station, null until it can be judged; undefined for what has none. */
  state?: object | null;
  /** Images of a coil. */
  imageCount?: number;
};

/** Something that can be searched, with an example from this plant: the text `search.can.<key>`. */
export type SearchExample = { key: string; text: string };

/** What a feature contributes to the search. It answers only what everybody who may look is shown. */
export type SearchSource = {
  /** What fits, without empty groups; each group and its list is bounded. */
  search(asked: SearchText): Promise<SearchGroup[]>;
  examples(): Promise<SearchExample[]>;
};

/** Most places of one kind that are listed. */
export const maxPlaces = 12;

/** For comparing names as people type them: without case, and with accents in one spelling. */
export function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Those whose name is the text, then those that begin with it, then those that contain it; each in the order given. */
export function bestByName<T>(items: readonly T[], text: string, nameOf: (item: T) => string): T[] {
  const wanted = folded(text);
  const ranks = (['equals', 'begins', 'contains'] as const).map((how) =>
    items.filter((item) => fits(folded(nameOf(item)), wanted) === how),
  );
  return ranks.flat();
}

function fits(name: string, wanted: string): 'equals' | 'begins' | 'contains' | 'not' {
  if (wanted === '') return 'not';
  if (name === wanted) return 'equals';
  if (name.startsWith(wanted)) return 'begins';
  return name.includes(wanted) ? 'contains' : 'not';
}
