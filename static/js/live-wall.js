/*
 * The wall: each tile shows its channel's newest picture with its age by the server's clock, and never looks live when
 * it is not. Without this file the page shows the newest pictures and reloads itself.
 */

import { createBadge } from './live/badge.js';
import { createPlantNow } from './live/plant-now.js';
import { createServerClock } from './live/server-clock.js';
import { createTiles, followTiles, keepOrReplace } from './live/tiles.js';
import { readPage } from './pictures/read-page.js';

const { setText } = window.linesight;

/** Refreshes wait between half of this and all of it, so that many walls do not ask at the same moment. */
const maxRefreshDelayMs = 2_000;

const wall = document.getElementById('live-wall');
const settings = wall.dataset;
const clock = createServerClock(Number(settings.now));
const badge = createBadge();
const plantNow = createPlantNow({ now: clock.now });
let refreshTimer;
let page = Number(settings.page);
const tiles = createTiles({
  clock,
  noImage: settings.noImage,
  shownSet: settings.set,
  onOutdated: () => refreshSoon(),
});

function adoptTiles() {
  tiles.adopt(wall.querySelectorAll('.live-tile'));
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
  setText(document.querySelector('[data-wall-turn]'), `${page} / ${settings.pages}`);
  wall.className = next.className;
  const shown = new Map([...wall.children].map((element) => [element.id, element]));
  const elements = [...next.children].map((element) => keepOrReplace(shown.get(element.id), element));
  wall.replaceChildren(...elements);
  adoptTiles();
  following.tick();
  following.subscribe();
}

adoptTiles();
const following = followTiles(tiles, { settings, clock, badge, onTick: plantNow.tick });
if (settings.rotateMs)
  setInterval(() => refresh((page % Number(settings.pages)) + 1), Number(settings.rotateMs));
