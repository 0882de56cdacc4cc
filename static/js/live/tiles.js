/*
 * The tiles of a page, each with its channel's newest picture. Texts of a camera's state are the server's: `onOutdated` is
 * called when a camera came, went, or changed to or from silent or offline.
 */
import { tickPictures } from './ages.js';
import { createFeed } from './feed.js';
import { createTile } from './tile.js';

const { reloadForVersion } = window.linesight;

const tickMs = 1_000;

/** `shownSet` names the cameras the page was rendered with; without it the first message does. */
export function createTiles({ clock, noImage, shownSet, onOutdated }) {
  /** Channel → tile. */
  let tiles = new Map();
  /** Those of pages of a wall that are not shown now keep their picture. */
  const byElement = new WeakMap();
  let query = '';
  /** The set of cameras as last shown: one that came between this page and its socket is missing here, too. */
  let cameraSet = shownSet;
  /** The server's version as first received. */
  let serverVersion = null;

  function showImage(image) {
    tiles.get(image.type)?.update(image);
  }

  function onCameras(cameras, set) {
    for (const camera of cameras) compareCamera(camera);
    if (cameraSet !== undefined && set && set !== cameraSet) onOutdated();
    cameraSet = set ?? cameraSet;
  }

  function compareCamera({ channels, stale_after_ms: staleMs, silent_since: silentSince, offline }) {
    for (const channel of channels) {
      const element = tiles.get(channel)?.element;
      if (!element) continue;
      element.dataset.staleMs = staleMs;
      const isShownSilent = Boolean(element.dataset.silent);
      const isShownOffline = element.dataset.state === 'offline';
      if (isShownSilent !== Boolean(silentSince) || isShownOffline !== Boolean(offline)) onOutdated();
    }
  }

  /** The full state, sent on connecting. */
  function onCurrentImages({ data, cameras, set, version }) {
    for (const image of Object.values(data)) showImage(image);
    for (const [channel, tile] of tiles) if (tile.hasNewest() && !data[channel]) tile.clear();
    onCameras(cameras ?? [], set);
    serverVersion ??= version;
    if (version && version !== serverVersion) reloadForVersion(version);
  }

  return {
    query: () => query,
    all: () => [...tiles.values()],
    tick: () =>
      tickPictures(
        [...tiles.values()].map(({ element }) => element),
        clock.now(),
      ),
    /** Makes tiles of these elements; one that stays keeps its tile and the picture it is loading. */
    adopt(elements) {
      const before = tiles;
      tiles = new Map();
      for (const element of elements) {
        const tile = byElement.get(element) ?? createTile(element, { now: clock.now, noImage });
        byElement.set(element, tile);
        tiles.set(element.dataset.channel, tile);
      }
      for (const { element, picture } of before.values()) if (!element.isConnected) picture.clear();
      query = channelsOf(elements);
    },
    onMessage(message) {
      if (message.type === 'current_images') clock.reset();
      clock.addSample(message.timestamp);
      if (message.type === 'image_update') showImage(message.data);
      if (message.type === 'current_images') onCurrentImages(message);
      if (message.type === 'cameras') onCameras(message.data, message.set);
    },
  };
}

/** The channels of these elements as a query. */
export function channelsOf(elements) {
  const channels = new Set([...elements].map(({ dataset }) => dataset.channel));
  return new URLSearchParams([...channels].map((channel) => ['channels', channel])).toString();
}

/**
 * Keeps tiles true from now on: the feed of the channels that `query()` names, ages every second, pictures in the size
 * shown. `settings` are the page's; `onTick` runs with every tick. Returns `tick` and `subscribe`.
 */
export function followTiles(tiles, { settings, clock, badge, query = tiles.query, onTick = () => {} }) {
  let feed;
  const tick = () => {
    tiles.tick();
    onTick();
    badge.tick(feed?.silentMs() ?? null);
  };
  feed = createFeed({
    delayMs: Number(settings.delayMs),
    attempts: Number(settings.attempts),
    pingMs: Number(settings.pingMs),
    query,
    onMessage: (message) => {
      tiles.onMessage(message);
      tick();
    },
    onState: badge.show,
  });
  setInterval(() => {
    if (clock.hasJumped()) feed.reconnect();
    tick();
  }, tickMs);
  window.addEventListener('resize', () => {
    for (const { picture } of tiles.all()) picture.refine();
  });
  document.addEventListener('visibilitychange', () => {
    for (const { picture } of tiles.all()) picture.resume();
  });
  return { tick, subscribe: feed.subscribe };
}

/** The element to show for the one of a page that was loaded again: the one shown keeps its picture where it can. */
export function keepOrReplace(shown, next) {
  if (!shown || next.dataset.state === 'offline' || shown.dataset.state === 'offline')
    return document.adoptNode(next);
  shown.dataset.silent = next.dataset.silent;
  shown.dataset.staleMs = next.dataset.staleMs;
  return shown;
}
