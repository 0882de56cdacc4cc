/* Images side by side, zoomed and moved together. Without this file each fits its place and is a link to its page. */
import { createFullScreen } from './pictures/full-screen.js';
import { inPercent, oneToOne, refine, showFileOnError } from './pictures/large-picture.js';
import { leave } from './pictures/leave.js';
import { createZoom } from './pictures/zoom.js';

const { isTextField } = window.linesight;

const leastScale = 0.05;

const viewer = document.querySelector('[data-viewer]');
const frame = viewer.querySelector('[data-frame]');
const tools = viewer.querySelector('[data-zoom-tools]');
const images = [...frame.querySelectorAll('[data-zoom-view] img')];
const fullScreen = createFullScreen(viewer, viewer.querySelector('[data-full-screen]'));

const zoom = createZoom(frame, {
  least: leastScale,
  oneToOne,
  onChange: (scale) => {
    if (images.length === 0) return;
    tools.querySelector('[data-zoom-value]').textContent = inPercent(images[0], scale);
    for (const image of images) refine(image, scale);
  },
});

function onEscape(event) {
  if (fullScreen.leave(event)) return;
  if (zoom.scale() !== 1) zoom.act('fit');
  else leave(viewer.querySelector('[data-grid]'));
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || isTextField(event.target)) return;
  if (event.key === 'Escape') onEscape(event);
  else if (event.key === 'f' || event.key === 'F') fullScreen.toggle();
  else if (!zoom.onKey(event)) return;
  event.preventDefault();
}

history.replaceState(history.state, '', viewer.dataset.here);
tools.hidden = images.length === 0;
for (const image of images) {
  image.draggable = false;
  showFileOnError(image);
}
viewer.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-zoom]');
  if (button) zoom.act(button.dataset.zoom);
});
document.addEventListener('keydown', onKey);
zoom.refresh();
