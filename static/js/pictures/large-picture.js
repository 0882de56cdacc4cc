/*
 * Large pictures of inspections: how much they are enlarged, and the file itself where the smaller size that the browser
 * chose has too few pixels.
 */
import { fittedWidth } from './zoom.js';

/** Width of the size a browser chose, from its address; infinity for the file itself. */
const drawnWidth = (image) =>
  Number(/\/w(\d+)\.\w+$/.exec(image.currentSrc)?.[1] ?? Number.POSITIVE_INFINITY);

/** `image.width` is that of its box, so the size of the file's own image is read from the attributes. */
function pixelsOf(image) {
  return { width: Number(image.getAttribute('width')), height: Number(image.getAttribute('height')) };
}

/** Screen pixels across a picture that is not enlarged. */
function fitted(image) {
  return fittedWidth(image.closest('[data-zoom-sheet]'), pixelsOf(image)) * (window.devicePixelRatio || 1);
}

/** The scale of one screen pixel per picture pixel. */
export function oneToOne(view) {
  const image = view.querySelector('img');
  return pixelsOf(image).width / fitted(image);
}

/** "45 %" of the picture's own size. */
export function inPercent(image, scale) {
  return `${Math.round((100 * scale * fitted(image)) / pixelsOf(image).width)} %`;
}

/** Shows the file itself once an enlarged picture needs more pixels than it has. */
export function refine(image, scale) {
  if (scale <= 1 || 'isFull' in image.dataset || drawnWidth(image) >= fitted(image) * scale) return;
  if (drawnWidth(image) >= pixelsOf(image).width) return;
  image.dataset.isFull = '';
  const full = new Image();
  full.onload = () => showFile(image);
  full.src = image.dataset.original;
}

/** A size that cannot be drawn now is no reason to show nothing. */
export function showFileOnError(image) {
  image.addEventListener('error', () => image.srcset && showFile(image), { once: true });
}

function showFile(image) {
  image.removeAttribute('srcset');
  image.src = image.dataset.original;
}
