/*
 * The page of one camera: shows the newest picture on arrival, or a past one without a page load, so that zoom and
 * scroll position stay. Without this file every step is a link and the page reloads itself for the newest picture.
 */

import { createSiteTime, tickPictures } from './live/ages.js';
import { createBadge } from './live/badge.js';
import { createFeed } from './live/feed.js';
import { clearStripMark, replaceParts } from './live/page-parts.js';
import { createPanes } from './live/panes.js';
import { createPlantNow } from './live/plant-now.js';
import { createServerClock } from './live/server-clock.js';
import { createSplit } from './live/split.js';
import { readPage } from './pictures/read-page.js';
import { scrollStripToMark } from './pictures/strip.js';
import { createZoom } from './pictures/zoom.js';

const { ageInWords, reloadForVersion, setText } = window.linesight;

/** While pictures arrive, the parts around them are refreshed this often. */
const partsEveryMs = 5_000;
/** The time slider loads a picture once it has rested this long. */
const scrubDelayMs = 150;
const tickMs = 1_000;

const stage = document.getElementById('live-stage');
const settings = stage.dataset;
const frame = stage.querySelector('[data-panes]');
const clock = createServerClock(Number(settings.now));
const badge = createBadge();
const plantNow = createPlantNow({ now: clock.now });
const siteTime = createSiteTime(settings.zone);
let isLive = 'liveMode' in settings;
let refreshTimer = null;
/** The server's version as first received. */
let serverVersion = null;
/** Number of the last step; answers to earlier ones are dropped. */
let lastStep = 0;
let newImageCount = 0;

const panes = createPanes(stage, { siteTime, now: clock.now, scale: () => zoom?.scale() ?? 1 });
const split = createSplit(stage, frame);
const zoom = createZoom(frame, {
  grab: split.grab,
  oneToOne: (view) => panes.oneToOne(view),
  onChange: (scale) => {
    stage.querySelector('[data-zoom-value]').textContent =
      `× ${scale < 10 ? scale.toFixed(1) : Math.round(scale)}`;
    split.refresh();
    panes.refine();
  },
});

function onMessage(message) {
  if (message.type === 'current_images') clock.reset();
  clock.addSample(message.timestamp);
  if (message.type === 'image_update' && isLive) showImage(message.data);
  if (message.type === 'current_images') onCurrentImages(message);
  if (message.type === 'cameras' && isLive) refreshSoon(0);
  tickAll();
}

/** The full state, sent on connecting. */
function onCurrentImages({ data, version }) {
  if (isLive) for (const image of Object.values(data)) showImage(image);
  serverVersion ??= version;
  if (version && version !== serverVersion) reloadForVersion(version);
}

function showImage(image) {
  if (!panes.update(image)) return;
  newImageCount += 1;
  clearStripMark();
  refreshSoon(partsEveryMs);
}

/** Refreshes the parts around the picture; calls until then are covered by the same refresh. */
function refreshSoon(afterMs) {
  if (refreshTimer !== null) return;
  refreshTimer = setTimeout(async () => {
    refreshTimer = null;
    if (!isLive || document.hidden) return;
    const countBefore = newImageCount;
    const page = await readPage(location.href);
    if (!isLive) return;
    if (page) applyPage(page);
    if (newImageCount !== countBefore) clearStripMark();
  }, afterMs);
}

function applyPage(page) {
  replaceParts(page);
  panes.copyStatesFrom(page);
}

/** Shows another picture, or the newest again, without a page load. */
async function go(href, { isNew = true } = {}) {
  const step = ++lastStep;
  const page = await readPage(href);
  if (step !== lastStep) return;
  const next = page?.getElementById('live-stage');
  if (!next) return location.assign(href);
  if (isNew) history.pushState(null, '', href);
  isLive = 'liveMode' in next.dataset;
  if (settings.coil !== next.dataset.coil) settings.coil = next.dataset.coil;
  applyPage(page);
  scrollStripToMark();
  panes.copyFrom(next);
  feed.subscribe();
  tickAll();
}

function switchPicture() {
  setView(settings.view === 'labeled' ? 'original' : 'labeled');
}

/** The view is part of the URL, so that a copied link keeps it. */
function setView(view) {
  settings.view = view;
  const radio = document.getElementById(`view-${view}`);
  if (radio) radio.checked = true;
  const url = new URL(location.href);
  if (view === 'both') url.searchParams.delete('view');
  else url.searchParams.set('view', view);
  history.replaceState(null, '', url);
  split.refresh();
  zoom.act(zoom.scale() === 1 ? 'fit' : '');
  panes.refine();
}

function tickAll() {
  tickPictures(frame.querySelectorAll('.live-pane'), clock.now());
  const ago = document.querySelector('#live-mode time[data-ago]');
  if (ago && clock.now() !== null) setText(ago, ageInWords(clock.now() - Date.parse(ago.dateTime)));
  plantNow.tick();
  badge.tick(feed?.silentMs() ?? null);
}

function startControls() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-step]');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(withView(link.href));
  });
  window.addEventListener('popstate', () => go(location.href, { isNew: false }));
  stage.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-zoom]');
    if (button) zoom.act(button.dataset.zoom);
  });
  const switcher = document.querySelector('[data-switch]');
  switcher?.addEventListener('click', switchPicture);
  if (switcher) switcher.hidden = false;
  stage.querySelector('[data-zoom-tools]').hidden = false;
  // The view is applied here; the form must not submit it.
  document.querySelector('[data-views]')?.addEventListener('change', (event) => {
    event.stopPropagation();
    setView(event.target.value);
  });
  document.addEventListener('input', ({ target }) => {
    if (target.closest('[data-scrubber]')) scrub(target);
  });
  document.addEventListener('keydown', onKey);
}

function withView(href) {
  const url = new URL(href);
  if (settings.view === 'both') url.searchParams.delete('view');
  else if (document.querySelector('[data-views]')) url.searchParams.set('view', settings.view);
  return url.href;
}

let scrubTimer;
function scrub(field) {
  const output = field.form.querySelector('[data-scrubber-time]');
  output.textContent = siteTime.dateTime(Number(field.value));
  field.setAttribute('aria-valuetext', output.textContent);
  clearTimeout(scrubTimer);
  scrubTimer = setTimeout(() => {
    const url = new URL(field.form.action);
    for (const [name, value] of new FormData(field.form)) url.searchParams.set(name, value);
    go(withView(url.href));
  }, scrubDelayMs);
}

function onKey(event) {
  const { target, key } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || target.matches('input, select, textarea')) return;
  if (key === ' ' && !target.matches('button, summary, a') && document.querySelector('[data-switch]')) {
    event.preventDefault();
    return switchPicture();
  }
  if (zoom.onKey(event)) return event.preventDefault();
  const name = { ArrowLeft: 'previous', ArrowRight: 'next', End: 'live', l: 'live' }[key];
  const link = name && document.querySelector(`#live-nav [data-step="${name}"]`);
  if (!link) return;
  event.preventDefault();
  go(withView(link.href));
}

const feed = createFeed({
  delayMs: Number(settings.delayMs),
  attempts: Number(settings.attempts),
  pingMs: Number(settings.pingMs),
  query: () => panes.query(settings.coil),
  onMessage,
  onState: badge.show,
});
startControls();
scrollStripToMark();
split.refresh();
setInterval(() => {
  if (clock.hasJumped()) feed.reconnect();
  tickAll();
}, tickMs);
document.addEventListener('visibilitychange', panes.resume);
