/*
 * The wall: each tile shows its channel's newest picture with its age by the server's clock, and never looks live when
 * it is not. Without this file the page shows the newest pictures and reloads itself.
 */

import { tickPictures } from './live/ages.js';
import { createBadge } from './live/badge.js';
import { createFeed } from './live/feed.js';
import { createPlantNow } from './live/plant-now.js';
import { createServerClock } from './live/server-clock.js';
import { createTile } from './live/tile.js';
import { readPage } from './pictures/read-page.js';

const { reloadForVersion } = window.linesight;

/** Refreshes wait between half of this and all of it, so that many walls do not ask at the same moment. */
const maxRefreshDelayMs = 2_000;
const tickMs = 1_000;

const wall = document.getElementById('live-wall');
const settings = wall.dataset;
const clock = createServerClock(Number(settings.now));
const badge = createBadge();
const plantNow = createPlantNow({ now: clock.now });
/** Channel → tile. */
let tiles = new Map();
let query = '';
/** The set of cameras as last shown: one that came between this page and its socket is missing here, too. */
let cameraSet = settings.set;
/** The server's version as first received. */
let serverVersion = null;
let refreshTimer;
let page = Number(settings.page);

/** Makes tiles of the elements now in the page; an element that stays keeps its tile and the picture it is loading. */
function adoptTiles() {
  const before = tiles;
  tiles = new Map();
  for (const element of wall.querySelectorAll('.live-tile')) {
    const known = before.get(element.dataset.channel);
    const tile =
      known?.element === element ? known : createTile(element, { now: clock.now, noImage: settings.noImage });
    tiles.set(element.dataset.channel, tile);
  }
  for (const [channel, { element, picture }] of before) {
    if (tiles.get(channel)?.element !== element) picture.clear();
  }
  query = new URLSearchParams([...tiles.keys()].map((channel) => ['channels', channel])).toString();
}

function onMessage(message) {
  if (message.type === 'current_images') clock.reset();
  clock.addSample(message.timestamp);
  if (message.type === 'image_update') showImage(message.data);
  if (message.type === 'current_images') onCurrentImages(message);
  if (message.type === 'cameras') onCameras(message.data, message.set);
  tickAll();
}

/** The full state, sent on connecting. */
function onCurrentImages({ data, cameras, set, version }) {
  for (const image of Object.values(data)) showImage(image);
  for (const [channel, tile] of tiles) if (tile.hasNewest() && !data[channel]) tile.clear();
  onCameras(cameras ?? [], set);
  serverVersion ??= version;
  if (version && version !== serverVersion) reloadForVersion(version);
}

function showImage(image) {
  tiles.get(image.type)?.update(image);
}

/** Refreshes the page when a camera came, went, or changed to or from silent or offline: those texts are the server's. */
function onCameras(cameras, set) {
  for (const camera of cameras) compareCamera(camera);
  if (set && set !== cameraSet) refreshSoon();
  cameraSet = set ?? cameraSet;
}

function compareCamera({ channels, stale_after_ms: staleMs, silent_since: silentSince, offline }) {
  for (const channel of channels) {
    const element = tiles.get(channel)?.element;
    if (!element) continue;
    element.dataset.staleMs = staleMs;
    const isShownSilent = Boolean(element.dataset.silent);
    const isShownOffline = element.dataset.state === 'offline';
    if (isShownSilent !== Boolean(silentSince) || isShownOffline !== Boolean(offline)) refreshSoon();
  }
}

function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh(page), maxRefreshDelayMs * (0.5 + Math.random() / 2));
}

/** Replaces the tiles by those of a page of the wall; a tile on both keeps its picture. */
async function refresh(toPage) {
  const url = new URL(location.href);
  url.searchParams.set('page', toPage);
  const next = (await readPage(url))?.getElementById('live-wall');
  if (!next) return;
  // Between no cameras and some the layout around the wall changes, too.
  if (next.hidden !== wall.hidden) return location.reload();
  page = Number(next.dataset.page);
  settings.pages = next.dataset.pages;
  wall.className = next.className;
  const shown = new Map([...wall.children].map((element) => [element.id, element]));
  const elements = [...next.children].map((element) => keepOrReplace(shown.get(element.id), element));
  wall.replaceChildren(...elements);
  adoptTiles();
  tickAll();
  feed.subscribe();
}

function keepOrReplace(shown, next) {
  if (!shown || next.dataset.state === 'offline' || shown.dataset.state === 'offline')
    return document.adoptNode(next);
  shown.dataset.silent = next.dataset.silent;
  shown.dataset.staleMs = next.dataset.staleMs;
  return shown;
}

function tickAll() {
  tickPictures(wall.children, clock.now());
  plantNow.tick();
  badge.tick(feed?.silentMs() ?? null);
}

let feed;
adoptTiles();
feed = createFeed({
  delayMs: Number(settings.delayMs),
  attempts: Number(settings.attempts),
  pingMs: Number(settings.pingMs),
  query: () => query,
  onMessage,
  onState: badge.show,
});
setInterval(() => {
  if (clock.hasJumped()) feed.reconnect();
  tickAll();
}, tickMs);
if (settings.rotateMs)
  setInterval(() => refresh((page % Number(settings.pages)) + 1), Number(settings.rotateMs));
window.addEventListener('resize', () => {
  for (const { picture } of tiles.values()) picture.refine();
});
document.addEventListener('visibilitychange', () => {
  for (const { picture } of tiles.values()) picture.resume();
});
