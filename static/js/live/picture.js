/*
 * One picture on the screen. The next one is loaded and decoded off screen and replaces it when complete; while one
 * loads, only the newest of the following ones waits. A slow connection shows fewer pictures, never old ones.
 */
const firstTimeoutMs = 30_000;
const maxTimeoutMs = 240_000;
const retryDelaysMs = [1_000, 2_000, 5_000, 15_000];
const ladderWidths = [320, 640, 960, 1280, 1920];

/** Below this rate a small picture matters more than a quickly decoded one. */
const slowBytesPerMs = 3_000;
/** Shorter transfers are not rated: the browser itself may have been busy. */
const minRatedMs = 250;
/** How long a connection counts as slow after its last slow transfer. */
const slowForMs = 60_000;
let slowUntil = 0;

/** All but old browsers decode WebP; probed once. */
const hasWebp = new Promise((resolve) => {
  const probe = new Image();
  probe.onload = () => resolve(probe.width > 0);
  probe.onerror = () => resolve(false);
  probe.src = 'data:image/webp;base64,UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA';
});

/** JPEG is drawn and decoded in two thirds of the time but has twice the bytes, so WebP is for slow connections only. */
async function format() {
  return performance.now() < slowUntil && (await hasWebp) ? 'webp' : 'jpg';
}

new PerformanceObserver((list) => {
  for (const { initiatorType, transferSize, responseStart, responseEnd } of list.getEntries()) {
    const ms = responseEnd - responseStart;
    if (initiatorType === 'img' && ms > minRatedMs && transferSize < slowBytesPerMs * ms)
      slowUntil = performance.now() + slowForMs;
  }
}).observe({ type: 'resource' });

/** The smallest ladder width that fills `cssPixels` on this screen; infinity if none does. */
export function widthFor(cssPixels) {
  const needed = cssPixels * (window.devicePixelRatio || 1);
  return ladderWidths.find((width) => width >= needed) ?? Number.POSITIVE_INFINITY;
}

/** The URL of an image's pixels: a ladder width, or with `isFull` the file itself where the ladder is too small. */
async function addressOf(image, cssPixels, isFull) {
  const width = widthFor(cssPixels);
  if (isFull && width === Number.POSITIVE_INFINITY) return image.original;
  return `${image.base}${Math.min(1920, width)}.${await format()}`;
}

function load(source, signal) {
  const next = new Image();
  next.decoding = 'async';
  next.draggable = false;
  next.fetchPriority = 'high';
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      // Cancels the download.
      next.src = '';
      reject(new Error('aborted'));
    });
    next.onload = () => {
      if (next.decode) next.decode().then(() => resolve(next), reject);
      else resolve(next);
    };
    next.onerror = () => reject(new Error(`cannot load ${source}`));
    next.src = source;
  });
}

/**
 * `holder` contains the `img`; `pixelsWide()` is its width on the screen in CSS pixels, `isFull()` whether the file
 * itself is wanted beyond the ladder, `altOf(image)` its alternative text; `onShown(image)` runs after each change.
 */
export function createPicture(holder, { pixelsWide, isFull = () => false, altOf = () => '', onShown }) {
  let shown = holder.querySelector('img');
  let current = null;
  let loading = null;
  let waiting = null;
  let failures = 0;
  /** Another size was requested during a load. */
  let needsRefine = false;
  let retryTimer;
  let timeoutMs = firstTimeoutMs;

  async function begin(image) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeoutMs);
    const task = { image, stop };
    loading = task;
    try {
      const source = await addressOf(image, pixelsWide(), isFull());
      const next = await load(source, stop.signal);
      if (loading !== task) return;
      next.alt = altOf(image);
      if (shown?.isConnected) shown.replaceWith(next);
      else holder.prepend(next);
      shown = next;
      current = image;
      failures = 0;
      timeoutMs = firstTimeoutMs;
      onShown(image);
    } catch {
      if (loading === task) fail(image);
    } finally {
      clearTimeout(timer);
      if (loading === task) {
        loading = null;
        loadWaiting();
        if (needsRefine) refine();
      }
    }
  }

  function refine() {
    needsRefine = loading !== null;
    if (current && !loading && !waiting) begin(current);
  }

  /** Retries the same image unless a newer one has arrived. */
  function fail(image) {
    timeoutMs = Math.min(maxTimeoutMs, timeoutMs * 2);
    const afterMs = retryDelaysMs[Math.min(failures, retryDelaysMs.length - 1)];
    failures += 1;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => !loading && !waiting && isWanted(image) && begin(image), afterMs);
  }

  let wanted = null;
  const isWanted = (image) => wanted === image;

  function loadWaiting() {
    if (!waiting || document.hidden) return;
    const next = waiting;
    waiting = null;
    begin(next);
  }

  return {
    /** Loads this image next, then shows it. */
    show(image) {
      wanted = image;
      clearTimeout(retryTimer);
      waiting = image;
      if (!loading) loadWaiting();
    },
    /** Reloads the shown image in the size needed now. */
    refine,
    /** Loads what waited while the page was hidden. */
    resume() {
      if (!loading) loadWaiting();
    },
    /** Sets the image that the page was rendered with. */
    adopt(image) {
      current = image;
    },
    /** Shows nothing. */
    clear() {
      wanted = null;
      waiting = null;
      current = null;
      clearTimeout(retryTimer);
      loading?.stop.abort();
      loading = null;
      shown?.remove();
      shown = null;
    },
    element: () => shown,
  };
}
