/*
 * The page of one camera: shows the newest picture as it comes, or one of the past without reloading the page, so
 * that zoom and position stay. Without this file every step is a link and the newest picture comes by itself, too.
 */

import { createSiteTime, tickPictures } from './live/ages.js';
import { createBadge } from './live/badge.js';
import { createFeed } from './live/feed.js';
import { readPage } from './live/page-text.js';
import { createPanes } from './live/panes.js';
import { createServerClock } from './live/server-clock.js';
import { createSplit } from './live/split.js';
import { createZoom } from './live/zoom.js';

const { reloadForVersion } = window.linesight;

/** The strip follows new pictures this often. */
const STRIP_MS = 5_000;
const SCRUB_MS = 150;

const stage = document.getElementById('live-stage');
const settings = stage.dataset;
const frame = stage.querySelector('[data-panes]');
const clock = createServerClock();
const badge = createBadge();
const siteTime = createSiteTime(settings.zone);
let isLive = 'liveMode' in settings;
let stripTimer = null;
let shownVersion = null;
/** Of several steps only the last counts. */
let step = 0;
/** New pictures so far. */
let came = 0;

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

function hear(message) {
  if (message.type === 'current_images') clock.forget();
  clock.hear(message.timestamp);
  if (message.type === 'image_update' && isLive) show(message.data);
  if (message.type === 'current_images') {
    if (isLive) for (const image of Object.values(message.data)) show(image);
    shownVersion ??= message.version;
    if (message.version && message.version !== shownVersion) reloadForVersion(message.version);
  }
  if (message.type === 'cameras' && isLive) refreshSoon(0);
  tickAll();
}

function show(image) {
  if (!panes.show(image)) return;
  came += 1;
  unmarkStrip();
  refreshSoon(STRIP_MS);
}

/** The strip is some seconds behind: until it has the new picture, none of its own is the one shown. */
function unmarkStrip() {
  document.querySelector('#live-history [aria-current]')?.removeAttribute('aria-current');
}

/** History and defects follow what is newest, a few times a minute. */
function refreshSoon(afterMs) {
  if (stripTimer !== null) return;
  stripTimer = setTimeout(async () => {
    stripTimer = null;
    if (!isLive || document.hidden) return;
    const before = came;
    const page = await readPage(location.href);
    if (!isLive) return;
    takeParts(page);
    if (came !== before) unmarkStrip();
  }, afterMs);
}

/** Parts of the page that are the server's words. */
function takeParts(page) {
  if (!page) return false;
  for (const id of ['live-nav', 'live-history', 'live-defects']) {
    const before = document.getElementById(id);
    const next = page.getElementById(id);
    const isBusy = before?.contains(document.activeElement) && document.activeElement.matches('input');
    if (before && next && !isBusy && !before.isEqualNode(next)) replaceKeepingFocus(before, next);
  }
  panes.takeStates(page);
  return true;
}

/** The strip shows the picture it marks, however narrow it is; the page itself does not move. */
function revealShown() {
  const strip = document.querySelector('[data-strip]');
  const shown = strip?.querySelector('[aria-current]')?.getBoundingClientRect();
  if (!shown) return;
  const { left, right } = strip.getBoundingClientRect();
  if (shown.left < left || shown.right > right)
    strip.scrollLeft += (shown.left + shown.right - left - right) / 2;
}

function replaceKeepingFocus(before, next) {
  const { activeElement } = document;
  const name = before.contains(activeElement) ? activeElement.dataset.step : undefined;
  const href = activeElement?.getAttribute('href');
  before.replaceWith(document.adoptNode(next));
  if (name === undefined) return;
  const same = [...next.querySelectorAll(`[data-step="${name}"]`)];
  const target =
    same.find((link) => link.getAttribute('href') === href) ?? same[0] ?? next.querySelector('a, button');
  target?.focus({ preventScroll: true });
}

/** Goes to another picture, or back to live, in place. */
async function go(href, { isNew = true } = {}) {
  const mine = ++step;
  const page = await readPage(href);
  if (mine !== step) return;
  const next = page?.getElementById('live-stage');
  if (!next) return location.assign(href);
  if (isNew) history.pushState(null, '', href);
  isLive = 'liveMode' in next.dataset;
  if (settings.coil !== next.dataset.coil) settings.coil = next.dataset.coil;
  takeParts(page);
  revealShown();
  panes.take(next);
  feed.follow();
  tickAll();
}

function switchPicture() {
  setView(settings.view === 'labeled' ? 'original' : 'labeled');
}

/** The view is in the URL, so that it can be shared. */
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
  // The choice of the view is made here and sent nowhere.
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
  }, SCRUB_MS);
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
  onMessage: hear,
  onState: badge.show,
});
startControls();
revealShown();
split.refresh();
setInterval(() => {
  if (clock.hasLeapt()) feed.reconnect();
  tickAll();
}, 1_000);
document.addEventListener('visibilitychange', panes.resume);
