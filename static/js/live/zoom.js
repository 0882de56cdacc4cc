/*
 * Zoom and pan of one or two pictures together: wheel, pinch, drag, double click, keys and buttons. What is looked at is
 * kept as a part of the picture, so it stays when the next picture comes, whatever its size.
 */
const MOST = 40;
const STEP = 1.25;
const PAN = 0.12;
/** Two taps of a finger within this are a double click. */
const DOUBLE_TAP_MS = 300;

/** `frame` holds the `.live-view` elements; `onChange(scale)` follows each change; `grab(event)` may take a press for itself. */
export function createZoom(frame, { onChange, grab = () => false, oneToOne }) {
  let scale = 1;
  /** The middle of what is seen, as shares of the place. */
  let middle = { x: 0.5, y: 0.5 };
  const pointers = new Map();
  let lastTap = 0;

  const views = () => [...frame.querySelectorAll('.live-view')];
  const viewAt = (event) => event.target.closest?.('.live-view') ?? visibleView();
  const visibleView = () => views().find((view) => view.clientWidth > 0);
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  function apply() {
    const margin = 0.5 / scale;
    middle = { x: clamp(middle.x, margin, 1 - margin), y: clamp(middle.y, margin, 1 - margin) };
    for (const view of views()) {
      const { clientWidth: width, clientHeight: height } = view;
      const x = width / 2 - middle.x * width * scale;
      const y = height / 2 - middle.y * height * scale;
      view.querySelector('.live-sheet').style.transform =
        scale === 1 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    }
    frame.classList.toggle('is-zoomed', scale > 1);
    onChange(scale);
  }

  /** Zooms so that what is under the point (shares of the place) stays under it. */
  function zoomTo(next, at = { x: 0.5, y: 0.5 }) {
    const before = scale;
    scale = clamp(next, 1, MOST);
    middle = {
      x: middle.x + (at.x - 0.5) * (1 / before - 1 / scale),
      y: middle.y + (at.y - 0.5) * (1 / before - 1 / scale),
    };
    apply();
  }

  function panBy(x, y) {
    middle = { x: middle.x + x / scale, y: middle.y + y / scale };
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
      zoomTo(scale * (event.deltaY < 0 ? STEP : 1 / STEP), share(view, event));
    },
    { passive: false },
  );

  const toggle = (event) => zoomTo(scale > 1 ? 1 : 3, share(viewAt(event), event));
  frame.addEventListener('dblclick', (event) => viewAt(event) && toggle(event));

  frame.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.target.closest('.live-view') || grab(event)) return;
    pointers.set(event.pointerId, event);
    frame.setPointerCapture(event.pointerId);
  });

  frame.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    const view = visibleView();
    if (!before || !view) return;
    const [a, b] = [...pointers.values()];
    const spread = () => Math.hypot(...Object.values(apart([...pointers.values()])));
    const wide = b && spread();
    const dx = (before.clientX - event.clientX) / view.clientWidth;
    const dy = (before.clientY - event.clientY) / view.clientHeight;
    pointers.set(event.pointerId, event);
    if (scale > 1) panBy(dx / pointers.size, dy / pointers.size);
    if (b && wide > 0) zoomTo(scale * (spread() / wide), share(view, between(a, b)));
  });

  for (const end of ['pointerup', 'pointercancel']) {
    frame.addEventListener(end, (event) => {
      const wasAlone = pointers.size === 1;
      if (!pointers.delete(event.pointerId) || event.pointerType !== 'touch' || !wasAlone) return;
      if (event.timeStamp - lastTap < DOUBLE_TAP_MS) toggle(event);
      lastTap = event.timeStamp;
    });
  }

  const actions = {
    in: () => zoomTo(scale * STEP),
    out: () => zoomTo(scale / STEP),
    fit: () => zoomTo(1),
    one: () => zoomTo(oneToOne(visibleView())),
  };
  const keys = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'one', Escape: 'fit' };
  const arrows = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] };
  new ResizeObserver(apply).observe(frame);

  return {
    act: (name) => actions[name]?.(),
    scale: () => scale,
    /** Whether the key was one of ours. */
    onKey({ key }) {
      if (key in keys) {
        actions[keys[key]]();
        return true;
      }
      if (scale === 1 || !(key in arrows)) return false;
      panBy(...arrows[key]);
      return true;
    },
  };
}

function apart([a, b]) {
  return { x: a.clientX - b.clientX, y: a.clientY - b.clientY };
}

function between(a, b) {
  return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
}
