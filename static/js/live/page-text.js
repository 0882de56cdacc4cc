/* Another look at a page of this server, for the parts of it that changed. */
const PATIENCE_MS = 10_000;

/** The page at `url` as a document; null when it does not come or the server refuses it. */
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
