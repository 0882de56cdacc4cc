/* Another look at a page of this server, for the parts of it that changed. */
const PATIENCE_MS = 10_000;

/** The page at `url` as a document; null when it does not come. `isGone` when the server refuses it. */
export async function readPage(url) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { signal: stop.signal, headers: { accept: 'text/html' } });
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), 'text/html');
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Once for each version of the server, and not while somebody fills in a form. */
export function reloadForVersion(version, shown) {
  if (!version || !shown || version === shown) return;
  if (document.activeElement?.matches('input:not([type="radio"], [type="range"]), select, textarea')) return;
  try {
    if (sessionStorage.getItem('reloaded-for') === version) return;
    sessionStorage.setItem('reloaded-for', version);
  } catch {
    return;
  }
  location.reload();
}
