const timeoutMs = 10_000;

/** Fetches a page of this server as a document; null on a timeout, a network error or a refusal. */
export async function readPage(url) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const response = await fetch(url, { signal: controller.signal, headers: { accept: 'text/html' } });
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), 'text/html');
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
