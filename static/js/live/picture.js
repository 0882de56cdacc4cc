/*
 * One picture on the screen. The next one is loaded and decoded off screen and takes its place when it is whole; while
 * one loads, only the newest of those that follow waits. A slow line so shows fewer pictures, never old ones.
 */
const FIRST_PATIENCE_MS = 30_000;
const MOST_PATIENCE_MS = 240_000;
const RETRY_MS = [1_000, 2_000, 5_000, 15_000];
const WIDTHS = [320, 640, 960, 1280, 1920];

/** A line this much slower than a LAN, bytes per ms, has better use for small pictures than for quick ones. */
const SLOW_BYTES_PER_MS = 3_000;
/** Below this it may be the browser that was busy. */
const NOTABLE_MS = 250;
/** So long after it was last seen to be slow a line is tried with larger ones again. */
const SLOW_FOR_MS = 60_000;
let slowUntil = 0;

/** WebP for all but old browsers; found out once. */
const hasWebp = new Promise((resolve) => {
  const probe = new Image();
  probe.onload = () => resolve(probe.width > 0);
  probe.onerror = () => resolve(false);
  probe.src = 'data:image/webp;base64,UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA';
});

/** JPEG is drawn and decoded in two thirds of the time for twice the bytes: WebP is for lines that are slower than that. */
async function format() {
  return performance.now() < slowUntil && (await hasWebp) ? 'webp' : 'jpg';
}

new PerformanceObserver((list) => {
  for (const { initiatorType, transferSize, responseStart, responseEnd } of list.getEntries()) {
    const ms = responseEnd - responseStart;
    if (initiatorType === 'img' && ms > NOTABLE_MS && transferSize < SLOW_BYTES_PER_MS * ms)
      slowUntil = performance.now() + SLOW_FOR_MS;
  }
}).observe({ type: 'resource' });

/** The narrowest width of the ladder that fills `cssPixels` on this screen; infinite when none does. */
export function widthFor(cssPixels) {
  const needed = cssPixels * (window.devicePixelRatio || 1);
  return WIDTHS.find((width) => width >= needed) ?? Number.POSITIVE_INFINITY;
}

/** The address of an image's pixels: of the ladder, or the file itself where `isFull`. */
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
      // Takes its place on the line away, too.
      next.src = '';
      reject(new Error('given up'));
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
 * `place` is the element that holds the `img`. `pixelsWide()` tells how wide it is on the screen, `isFull()` whether the
 * file itself is wanted beyond the ladder, `altOf(image)` its words; `onShown(image)` follows each change.
 */
export function createPicture(place, { pixelsWide, isFull = () => false, altOf = () => '', onShown }) {
  let shown = place.querySelector('img');
  let current = null;
  let loading = null;
  let waiting = null;
  let failures = 0;
  /** Another size was wanted while one was loading. */
  let isCoarse = false;
  let retryTimer;
  let patienceMs = FIRST_PATIENCE_MS;

  async function begin(image) {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), patienceMs);
    const task = { image, stop };
    loading = task;
    try {
      const source = await addressOf(image, pixelsWide(), isFull());
      const next = await load(source, stop.signal);
      if (loading !== task) return;
      next.alt = altOf(image);
      if (shown?.isConnected) shown.replaceWith(next);
      else place.prepend(next);
      shown = next;
      current = image;
      failures = 0;
      patienceMs = FIRST_PATIENCE_MS;
      onShown(image);
    } catch {
      if (loading === task) fail(image);
    } finally {
      clearTimeout(patience);
      if (loading === task) {
        loading = null;
        goOn();
        if (isCoarse) refine();
      }
    }
  }

  function refine() {
    isCoarse = loading !== null;
    if (current && !loading && !waiting) begin(current);
  }

  /** Tries the same again, unless something newer has come meanwhile. */
  function fail(image) {
    patienceMs = Math.min(MOST_PATIENCE_MS, patienceMs * 2);
    const afterMs = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => !loading && !waiting && isWanted(image) && begin(image), afterMs);
  }

  let wanted = null;
  const isWanted = (image) => wanted === image;

  function goOn() {
    if (!waiting || document.hidden) return;
    const next = waiting;
    waiting = null;
    begin(next);
  }

  return {
    /** Shows this image as soon as it can. */
    show(image) {
      wanted = image;
      clearTimeout(retryTimer);
      waiting = image;
      if (!loading) goOn();
    },
    /** Loads what is shown once more, in the size that is wanted now. */
    refine,
    /** Goes on with what waited while nobody looked. */
    resume() {
      if (!loading) goOn();
    },
    /** Takes an image that the page came with. */
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
