/*
 * The page of one image: zoom, pan and full screen; keys and swipes show its neighbours in place, so that zoom and place stay
 * and one Back returns to the list. Without this file the image fits the stage and the neighbours are links.
 */
import { createFullScreen } from './pictures/full-screen.js';
import { inPercent, oneToOne, refine, showFileOnError } from './pictures/large-picture.js';
import { leave } from './pictures/leave.js';
import { readPage } from './pictures/read-page.js';
import { scrollStripToMark } from './pictures/strip.js';
import { createZoom } from './pictures/zoom.js';

const { isTextField } = window.linesight;

/** Below the size that fits, small pictures have a scale of one pixel each. */
const leastScale = 0.05;
/** A picture that is not there by then is shown while it loads. */
const decodeMs = 400;
const minCompared = 2;
const maxCompared = 4;
/** Paths of images and comparisons, which are no list to return to. */
const isViewer = /^\/inspections\/(?:\d+|compare)$/;

const viewer = document.querySelector('[data-viewer]');
const frame = viewer.querySelector('[data-frame]');
const tools = viewer.querySelector('[data-zoom-tools]');
const said = document.querySelector('[data-announce]');
const fullScreen = createFullScreen(viewer, viewer.querySelector('[data-full-screen]'));
const shownImage = () => frame.querySelector('[data-zoom-view] img');

/** The address on its way to the screen. */
let going = null;

const zoom = createZoom(frame, {
  least: leastScale,
  oneToOne,
  onChange: (scale) => {
    const image = shownImage();
    if (!image) return;
    tools.querySelector('[data-zoom-value]').textContent = inPercent(image, scale);
    refine(image, scale);
  },
  onSwipe: (name) => follow(name),
});

/* Steps */

/** Shows another image in place; where that fails, as a page of its own, which says why. */
async function go(href) {
  if (going === href) return;
  going = href;
  const page = await readPage(href);
  if (going !== href) return;
  const next = page?.querySelector('[data-viewer]');
  if (!next) return location.replace(href);
  await decoded(next.querySelector('[data-zoom-view] img'));
  if (going !== href) return;
  going = null;
  history.replaceState(null, '', next.dataset.here);
  document.title = page.title;
  show(next);
}

/** Waits a moment for a picture that may have been loaded ahead, so that it does not appear in stripes. */
function decoded(image) {
  if (!image) return null;
  const ahead = loadAhead(image.dataset.original, image.srcset);
  const late = new Promise((resolve) => {
    setTimeout(resolve, decodeMs);
  });
  return Promise.race([late, ahead.decode?.().catch(() => {})]);
}

function show(next) {
  const { activeElement } = document;
  const lost = [...viewer.querySelectorAll('[data-part]')].find(
    (part) => part !== activeElement && part.contains(activeElement),
  );
  const name = activeElement?.dataset.go ?? activeElement?.dataset.step;
  for (const part of viewer.querySelectorAll('[data-part]')) replace(part, next.querySelector(`#${part.id}`));
  start();
  const places = { film: '[data-strip] [aria-current]', view: '[data-views] [aria-current]' };
  const place = places[name] ?? `[data-go="${name}"]`;
  if (lost) (viewer.querySelector(place) ?? frame).focus({ preventScroll: true });
  said.textContent = shownImage()?.alt ?? viewer.querySelector('h1').textContent;
}

function replace(part, next) {
  for (const control of next.querySelectorAll('[data-copy], [data-needs-js]')) control.hidden = false;
  // It is loaded already; decoded later it would leave the stage empty for a moment.
  for (const image of next.querySelectorAll('[data-zoom-view] img')) image.decoding = 'sync';
  part.className = next.className;
  part.replaceChildren(...next.childNodes);
}

/** What each image needs, the first as those that replace it. */
function start() {
  const image = shownImage();
  tools.hidden = !image;
  if (image) {
    image.draggable = false;
    showFileOnError(image);
  }
  zoom.refresh();
  scrollStripToMark();
  keepChosen();
  for (const { dataset } of viewer.querySelectorAll('[data-go="previous"], [data-go="next"]'))
    loadAhead(dataset.original, dataset.srcset);
}

/** Loads a neighbour in the size the picture on the screen has. */
function loadAhead(original, srcset) {
  const image = shownImage();
  const ahead = new Image();
  if (image && image.srcset !== '') {
    ahead.sizes = image.sizes;
    ahead.srcset = srcset;
  } else {
    ahead.src = original;
  }
  return ahead;
}

/** In a set of one verdict the next NG is the next image. */
function follow(name) {
  const find = (step) => viewer.querySelector(`[data-go="${step}"]`);
  const isMixed = viewer.querySelector('.viewer-ng') !== null;
  const link = find(name) ?? (isMixed ? null : find(name.replace('Ng', '')));
  if (link) go(link.href);
  return link !== null;
}

/** The next view of the same unit, after the last one the first. */
function showNextView() {
  const views = [...viewer.querySelectorAll('[data-views] a')];
  const next = views[(views.findIndex((link) => link.ariaCurrent) + 1) % views.length];
  if (next) go(next.href);
  return next !== undefined;
}

/* Comparison */

/** Images chosen by hand, also those that the film strip has left behind. */
const chosen = new Set();

function choose({ target }) {
  if (target.name !== 'ids') return;
  if (target.checked) chosen.add(target.value);
  else chosen.delete(target.value);
  countChosen();
}

/** Marks what was chosen before this image, or sends it along unseen. */
function keepChosen() {
  const form = viewer.querySelector('[data-compare-form]');
  const boxes = new Map([...form.querySelectorAll('[type="checkbox"]')].map((box) => [box.value, box]));
  const isFull = chosen.size === maxCompared;
  for (const [id, box] of boxes) box.checked = chosen.has(id) || (box.checked && !isFull);
  for (const id of chosen) {
    if (boxes.has(id)) continue;
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name: 'ids', value: id });
    form.append(field);
  }
  countChosen();
}

/** From two images on a comparison can be asked for; beside four there is no room for another. */
function countChosen() {
  const form = viewer.querySelector('[data-compare-form]');
  const count = form.querySelectorAll('[name="ids"]:checked, [name="ids"][type="hidden"]').length;
  const button = form.querySelector('button');
  button.disabled = count < minCompared;
  button.querySelector('span').textContent = count < minCompared ? '' : `(${count})`;
  for (const box of form.querySelectorAll('[type="checkbox"]'))
    box.disabled = !box.checked && count >= maxCompared;
}

/* Controls */

const arrows = { ArrowLeft: 'previous', ArrowRight: 'next' };

function onKey(event) {
  const { key, target } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || isTextField(target)) return;
  const isHandled = event.shiftKey && key in arrows ? follow(`${arrows[key]}Ng`) : onPlainKey(event);
  if (isHandled) event.preventDefault();
}

function onPlainKey(event) {
  const { key } = event;
  if (key === 'Escape') return onEscape(event);
  if (key === 'f' || key === 'F') {
    fullScreen.toggle();
    return true;
  }
  if (key === ' ' && !event.target.matches('button, a, summary, textarea')) return showNextView();
  if (key === 'c' || key === 'C') {
    const link = viewer.querySelector('[data-compare]');
    link?.click();
    return link !== null;
  }
  return zoom.onKey(event) || (key in arrows && follow(arrows[key]));
}

/** The full screen ends first, then the zoom, then the page. */
function onEscape(event) {
  if (fullScreen.leave(event)) return true;
  if (zoom.scale() === 1) leave(viewer.querySelector('[data-grid]'), (path) => !isViewer.test(path));
  else zoom.act('fit');
  return true;
}

history.replaceState(history.state, '', viewer.dataset.here + location.hash);
viewer.addEventListener('click', (event) => {
  const button = event.target.closest('[data-zoom]');
  if (button) zoom.act(button.dataset.zoom);
  const link = event.target.closest('a[data-go], a[data-step]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});
viewer.addEventListener('change', choose);
document.addEventListener('keydown', onKey);
start();
