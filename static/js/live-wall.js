/*
 * Keeps the wall true: each tile shows its channel's newest picture, its age by the server's clock, and never looks
 * live when it is not. Without this file the page shows the newest pictures and loads itself anew.
 */

import { tickPictures } from './live/ages.js';
import { createBadge } from './live/badge.js';
import { createFeed } from './live/feed.js';
import { readPage } from './live/page-text.js';
import { createPicture } from './live/picture.js';
import { createServerClock } from './live/server-clock.js';

const { reloadForVersion, setText } = window.linesight;

const SOON_MS = 2_000;
const TICK_MS = 1_000;

const wall = document.getElementById('live-wall');
const settings = wall.dataset;
const clock = createServerClock();
const badge = createBadge();
/** Channel → its tile and picture. */
let tiles = new Map();
let query = '';
let shownSet = null;
let shownVersion = null;
let refreshTimer;
let page = Number(settings.page);

/** Takes the tiles that are on the page now; those that were there before keep their pictures' loading. */
function adoptTiles() {
  const before = tiles;
  tiles = new Map();
  for (const element of wall.querySelectorAll('.live-tile')) {
    const known = before.get(element.dataset.channel);
    tiles.set(element.dataset.channel, known?.element === element ? known : createTile(element));
  }
  for (const [channel, { element, picture }] of before) {
    if (tiles.get(channel)?.element !== element) picture.clear();
  }
  query = new URLSearchParams([...tiles.keys()].map((channel) => ['channels', channel])).toString();
}

function createTile(element) {
  const place = element.querySelector('.live-picture');
  const picture = createPicture(place, {
    pixelsWide: () => pictureWidth(place, picture.element()),
    onShown: (image) => write(element, image),
  });
  return { element, picture, newest: null };
}

/** A picture is as wide as its place, or as high. */
function pictureWidth(place, image) {
  const aspect = image?.naturalWidth ? image.naturalWidth / image.naturalHeight : 4 / 3;
  return Math.min(place.clientWidth, place.clientHeight * aspect) || 320;
}

/** What stands under the picture changes together with it. */
function write(element, image) {
  element.dataset.captured = image.captured_at;
  element.dataset.seen = image.seen_at;
  element.dataset.image = `${image.id}.${image.revision}`;
  element.classList.toggle('is-ng', image.verdict === 'NG');
  setText(element.querySelector('[data-coil]'), image.coil_number ?? image.part ?? '');
  setText(element.querySelector('[data-verdict]'), image.verdict ?? '');
  if (element.dataset.state === 'none') element.dataset.state = 'fresh';
  tickPictures([element], clock.now());
}

function take(image) {
  const tile = tiles.get(image.type);
  if (!tile) return;
  if (image.deleted) return forget(tile);
  const name = `${image.id}.${image.revision}`;
  if (tile.newest === name) return;
  const isShown = tile.newest === null && tile.element.dataset.image === name;
  tile.newest = name;
  if (isShown) {
    write(tile.element, image);
    tile.picture.adopt(image);
  } else tile.picture.show(image);
}

function forget(tile) {
  tile.newest = null;
  tile.picture.clear();
  tile.element.dataset.captured = '';
  tile.element.dataset.seen = '';
  tile.element.dataset.image = '';
  tile.element.dataset.state = 'none';
  tile.element.querySelector('[data-word]').textContent = settings.noImage;
  for (const name of ['[data-age]', '[data-coil]', '[data-verdict]'])
    setText(tile.element.querySelector(name), '');
}

function hear(message) {
  if (message.type === 'current_images') clock.forget();
  clock.hear(message.timestamp);
  if (message.type === 'image_update') take(message.data);
  if (message.type === 'current_images') {
    for (const image of Object.values(message.data)) take(image);
    for (const [channel, tile] of tiles) if (tile.newest !== null && !message.data[channel]) forget(tile);
    for (const camera of message.cameras ?? []) noteCamera(camera);
    noteSet(message.set);
    shownVersion ??= message.version;
    if (message.version && message.version !== shownVersion) reloadForVersion(message.version);
  }
  if (message.type === 'cameras') {
    for (const camera of message.data) noteCamera(camera);
    noteSet(message.set);
  }
  tickAll();
}

/** A camera that fell silent or spoke again is said in words, which the page has. */
function noteCamera({ channels, stale_after_ms: staleMs, silent_since: silentSince, offline }) {
  for (const channel of channels) {
    const element = tiles.get(channel)?.element;
    if (!element) continue;
    element.dataset.staleMs = staleMs;
    const isTold = Boolean(element.dataset.silent) === Boolean(silentSince);
    const isOnline = element.dataset.state !== 'offline';
    if (!isTold || isOnline === Boolean(offline)) refreshSoon();
  }
}

/** Cameras came or went. */
function noteSet(set) {
  if (shownSet !== null && set !== shownSet) refreshSoon();
  shownSet = set;
}

function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh(page), SOON_MS * (0.5 + Math.random() / 2));
}

/** Puts the tiles of a page of the wall in the place of those shown; a tile that stays keeps its picture. */
async function refresh(toPage) {
  const url = new URL(location.href);
  url.searchParams.set('page', toPage);
  const next = (await readPage(url))?.getElementById('live-wall');
  if (!next) return;
  // From nothing to something: the frame of the page changes, too.
  if (next.hidden !== wall.hidden) return location.reload();
  page = Number(next.dataset.page);
  settings.pages = next.dataset.pages;
  wall.className = next.className;
  const shown = new Map([...wall.children].map((element) => [element.id, element]));
  const elements = [...next.children].map((element) => keepOrTake(shown.get(element.id), element));
  wall.replaceChildren(...elements);
  adoptTiles();
  tickAll();
  feed.follow();
}

function keepOrTake(shown, next) {
  if (!shown || next.dataset.state === 'offline' || shown.dataset.state === 'offline')
    return document.adoptNode(next);
  shown.dataset.silent = next.dataset.silent;
  shown.dataset.staleMs = next.dataset.staleMs;
  return shown;
}

function tickAll() {
  tickPictures(wall.children, clock.now());
  badge.tick(feed?.silentMs() ?? null);
}

let feed;
adoptTiles();
feed = createFeed({
  delayMs: Number(settings.delayMs),
  attempts: Number(settings.attempts),
  pingMs: Number(settings.pingMs),
  query: () => query,
  onMessage: hear,
  onState: badge.show,
});
setInterval(() => {
  if (clock.hasLeapt()) feed.reconnect();
  tickAll();
}, TICK_MS);
if (settings.rotateMs)
  setInterval(() => refresh((page % Number(settings.pages)) + 1), Number(settings.rotateMs));
window.addEventListener('resize', () => {
  for (const { picture } of tiles.values()) picture.refine();
});
document.addEventListener('visibilitychange', () => {
  for (const { picture } of tiles.values()) picture.resume();
});
