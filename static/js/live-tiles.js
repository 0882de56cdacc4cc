/*
 * Live pictures among the tiles of a wall: those of the page that hangs now are kept fresh by the feed, as on the wall of
 * Live. Everything else on the wall comes by the page's stream.
 */

import { createBadge } from './live/badge.js';
import { createServerClock } from './live/server-clock.js';
import { channelsOf, createTiles, followTiles, keepOrReplace } from './live/tiles.js';
import { readPage } from './pictures/read-page.js';

/** Refreshes wait between half of this and all of it, so that many walls do not ask at the same moment. */
const maxRefreshDelayMs = 2_000;

const board = document.getElementById('wall-board');
const settings = board.dataset;
const clock = createServerClock(Number(settings.now));
const badge = createBadge({ hasBanner: false });
let refreshTimer;
const tiles = createTiles({
  clock,
  noImage: settings.noImage,
  onOutdated: () => {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(refresh, maxRefreshDelayMs * (0.5 + Math.random() / 2));
  },
});

/** A page without pictures asks for no others: those it had, or will have. */
const query = () => tiles.query() || channelsOf(ofAllPages());
const ofAllPages = () => [...board.querySelectorAll('.live-tile')];

/** Only pictures that can be seen are worth the line. */
function adoptShown() {
  tiles.adopt(ofAllPages().filter((element) => !element.closest('[hidden]')));
}

/** Replaces what holds a picture, or would hold one, by that of the page loaded again; a tile on both keeps its picture. */
async function refresh() {
  const next = (await readPage(new URL(location.href)))?.getElementById('wall-board');
  if (!next) return;
  for (const holder of board.querySelectorAll('.wall-tile')) {
    const shown = holder.querySelector('.live-tile, .wall-gone');
    const found = next.querySelector(`#${CSS.escape(holder.id)}`)?.firstElementChild;
    if (!shown || !found) continue;
    const isSame = shown.id !== '' && shown.id === found.id;
    const kept = isSame ? keepOrReplace(shown, found) : document.adoptNode(found);
    if (kept !== shown) shown.replaceWith(kept);
  }
  showTurned();
}

/** Asks for the pictures that hang now, if they are others than before. */
function showTurned() {
  const before = query();
  adoptShown();
  following.tick();
  if (query() !== before) following.subscribe();
}

adoptShown();
const following = followTiles(tiles, { settings, clock, badge, query });
document.addEventListener('wall:turned', showTurned);
