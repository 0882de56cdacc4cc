/*
 * Zoom and pan of one or several pictures together: wheel, pinch, drag, double click, keys and buttons. The visible part is
 * stored as a share of the picture, so that it stays when the next picture has another size.
 */
/** Times the size that fits the stage, or four screen pixels a picture pixel, whichever is more: a long strip fits only tiny. */
const maxScale = 40;
const maxPixelScale = 4;
const scaleStep = 1.25;
const doubleClickScale = 3;
/** One arrow key, as a share of the visible part. */
const panStep = 0.12;
/** Two taps within this count as a double click. */
const doubleTapMs = 300;
/** A finger that moved less than this has tapped; one that moved further than a swipe, and rather sideways, has swiped. */
const tapPx = 10;
const swipePx = 48;

/** CSS pixels: a picture fills the width or the height of its sheet, whichever it reaches first; NaN without a size. */
export function fittedWidth(sheet, { width, height }) {
  return Math.min(sheet.clientWidth, (sheet.clientHeight * width) / height);
}

/**
 * `frame` contains the elements `data-zoom-view`, each with a `data-zoom-sheet` that is moved; `onChange(scale)` runs after
 * each change; `grab(event)` returns true for a press it handles itself; `oneToOne(view)` is the scale of one screen pixel
 * per picture pixel; `least` is the smallest scale; `onSwipe('previous' | 'next')` runs when a finger swipes over a
 * picture that is not enlarged.
 */
export function createZoom(frame, { onChange, grab = () => false, oneToOne, least = 1, onSwipe }) {
  let scale = 1;
  /** Centre of the visible part, as shares of the view. */
  let center = { x: 0.5, y: 0.5 };
  const pointers = new Map();
  /** Where the only finger was put down. */
  let start = null;
  let lastTap = 0;

  const views = () => [...frame.querySelectorAll('[data-zoom-view]')];
  const visibleView = () => views().find((view) => view.clientWidth > 0);
  /** By the place: a captured pointer has the frame as the target of all its events. */
  const viewAt = ({ clientX, clientY }) =>
    views().find((view) => {
      const { left, right, top, bottom } = view.getBoundingClientRect();
      return clientX >= left && clientX < right && clientY >= top && clientY < bottom;
    }) ?? visibleView();
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  function apply() {
    const margin = 0.5 / Math.max(1, scale);
    center = { x: clamp(center.x, margin, 1 - margin), y: clamp(center.y, margin, 1 - margin) };
    for (const view of views()) {
      const { clientWidth: width, clientHeight: height } = view;
      const x = width / 2 - center.x * width * scale;
      const y = height / 2 - center.y * height * scale;
      view.querySelector('[data-zoom-sheet]').style.transform =
        scale === 1 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    }
    frame.classList.toggle('is-zoomed', scale > 1);
    onChange(scale);
  }

  /** Keeps the point at `at` (shares of the view) where it is. */
  function zoomTo(next, at = { x: 0.5, y: 0.5 }) {
    const before = scale;
    const view = visibleView();
    const most = view ? Math.max(maxScale, maxPixelScale * oneToOne(view)) : maxScale;
    scale = clamp(next, least, most);
    center = {
      x: center.x + (at.x - 0.5) * (1 / before - 1 / scale),
      y: center.y + (at.y - 0.5) * (1 / before - 1 / scale),
    };
    apply();
  }

  function panBy(x, y) {
    center = { x: center.x + x / scale, y: center.y + y / scale };
    apply();
  }

  function share(view, { clientX, clientY }) {
    const box = view.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  }

  frame.addEventListener(
    'wheel',
    (event) => {
      const view = viewAt(event);
      if (!view) return;
      event.preventDefault();
      zoomTo(scale * (event.deltaY < 0 ? scaleStep : 1 / scaleStep), share(view, event));
    },
    { passive: false },
  );

  const toggle = (event) => zoomTo(scale === 1 ? doubleClickScale : 1, share(viewAt(event), event));
  frame.addEventListener('dblclick', (event) => viewAt(event) && toggle(event));

  frame.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.target.closest('[data-zoom-view]') || grab(event)) return;
    pointers.set(event.pointerId, event);
    start = pointers.size === 1 ? event : null;
    frame.setPointerCapture(event.pointerId);
  });

  frame.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    const view = viewAt(event);
    if (!before || !view) return;
    const [a, b] = [...pointers.values()];
    const spread = () => Math.hypot(...Object.values(difference([...pointers.values()])));
    const spreadBefore = b && spread();
    const dx = (before.clientX - event.clientX) / view.clientWidth;
    const dy = (before.clientY - event.clientY) / view.clientHeight;
    pointers.set(event.pointerId, event);
    if (scale > 1) panBy(dx / pointers.size, dy / pointers.size);
    if (b && spreadBefore > 0) zoomTo(scale * (spread() / spreadBefore), share(view, midpoint(a, b)));
  });

  for (const end of ['pointerup', 'pointercancel']) {
    frame.addEventListener(end, (event) => {
      if (!pointers.delete(event.pointerId) || event.pointerType !== 'touch' || !start) return;
      const { x, y } = difference([event, start]);
      start = null;
      if (end === 'pointerup') onFingerUp(event, x, y);
    });
  }

  function onFingerUp(event, x, y) {
    if (Math.hypot(x, y) < tapPx) {
      if (event.timeStamp - lastTap < doubleTapMs) toggle(event);
      lastTap = event.timeStamp;
    } else if (scale <= 1 && Math.abs(x) > swipePx && Math.abs(x) > 2 * Math.abs(y)) {
      onSwipe?.(x > 0 ? 'previous' : 'next');
    }
  }

  const actions = {
    in: () => zoomTo(scale * scaleStep),
    out: () => zoomTo(scale / scaleStep),
    fit: () => zoomTo(1),
    one: () => zoomTo(oneToOne(visibleView())),
  };
  const keys = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'one', Escape: 'fit' };
  const arrows = {
    ArrowLeft: [-panStep, 0],
    ArrowRight: [panStep, 0],
    ArrowUp: [0, -panStep],
    ArrowDown: [0, panStep],
  };
  new ResizeObserver(apply).observe(frame);

  return {
    act: (name) => visibleView() && actions[name]?.(),
    /** Zooms pictures that were put in meanwhile. */
    refresh: apply,
    scale: () => scale,
    /** Returns whether the key was handled. */
    onKey({ key }) {
      if (!visibleView()) return false;
      if (key in keys) {
        actions[keys[key]]();
        return true;
      }
      if (scale <= 1 || !(key in arrows)) return false;
      panBy(...arrows[key]);
      return true;
    },
  };
}

function difference([a, b]) {
  return { x: a.clientX - b.clientX, y: a.clientY - b.clientY };
}

function midpoint(a, b) {
  return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
}
