import { domId } from '../../kernel/stream/fragment.ts';

/** One thing that can hang on a wall. */
export type WallTile = {
  /** Address of its fragment, without a period: `/inspections/tile?id=12`. It names the tile. */
  href: string;
  /** Name of what it shows; ' for the main camera, which pages name themselves. */
  name: string;
  /** Further words, as keys of the texts: the role of a picture. */
  detailKey: string | null;
  /** Label of its site, where several share the database. */
  site: string | null;
  /** Page of the station whose images it shows, for screens that may see no other. */
  stationPage: string | null;
  /** It shows live pictures. */
  isLive: boolean;
};

/**
 * A kind of tile that a feature contributes to walls. Its fragments are topics; the text `walls.kinds.<key>` names it. A
 * fragment gets the period of its wall as `period=` and `kiosk=1`, and throws for nothing that `find` has found.
 */
export type WallTileKind = {
  key: string;
  /** Path of its fragments. */
  path: string;
  /** Style sheets that its fragments need. */
  styles: readonly string[];
  /** Whether the page's stream keeps it fresh; where not, its feature's own script does. */
  isStreamed: boolean;
  /** What there is to choose from, in the order of pages. */
  list(): WallTile[];
  /** The tile of this query as it is called now; undefined where what it showed is gone. */
  find(query: URLSearchParams): WallTile | undefined;
};

/** The address of a tile's fragment on a wall of this period. */
export function wallTopic(href: string, period: string): string {
  return `${href}&period=${period}&kiosk=1`;
}

/** The tile that an address names; undefined where no kind has it, or what it showed is gone. */
export function findWallTile(kinds: readonly WallTileKind[], href: string): WallTile | undefined {
  const [path, search = ''] = href.split('?', 2);
  return kinds.find((kind) => kind.path === path)?.find(new URLSearchParams(search));
}

/** Id of the element that a tile's fragment stands in. */
export function wallTileElementId(href: string): string {
  return domId('wall', href);
}
