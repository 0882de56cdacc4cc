/** Addresses of the Live pages. */

/** Pages directly below /live/. A camera of such a name has an address below /live/folder/. */
const reserved = new Set(['performance', 'latest', 'images', 'station', 'folder']);

/** The page of one camera. */
export function cameraHref(key: string, query: Record<string, string | null | undefined> = {}): string {
  const station = stationOf(key);
  if (station !== undefined) return withQuery(`/live/station/${encodeURIComponent(station)}`, query);
  const name = encodeURIComponent(key);
  return withQuery(reserved.has(key) ? `/live/folder/${name}` : `/live/${name}`, query);
}

/** The live page of a station of this site; null while it has no picture. */
export function stationLiveHref(
  current: { latest(channel: string): unknown },
  station: string,
): string | null {
  const key = `station/${station}`;
  return current.latest(key) === undefined ? null : cameraHref(key);
}

/** The station whose inspections a camera shows; undefined for a camera of folders. */
export function stationOf(key: string): string | undefined {
  return key.startsWith('station/') ? key.slice('station/'.length) : undefined;
}

/** `path` with those parameters of `query` that have a value. */
export function withQuery(path: string, query: Record<string, string | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}
