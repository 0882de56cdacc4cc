/*
 * Keeps a page's fragments fresh: watches the event stream, polls while the stream is away, shows the age of the data and
 * the connection state, updates ages every second and flashes changed numbers. A page without fragments of its own polls
 * for the plant's state. Loaded before htmx so that no stream event is missed.
 */
(() => {
  const { ageInWords, reloadForVersion, setText, showDataAge, showSign } = window.linesight;

  /** Two missed pings of the server, plus a margin. */
  const silenceMs = 40_000;
  /** How long a broken stream may take to reconnect before the page polls. */
  const reconnectMs = 8_000;
  const pollEveryMs = 10_000;
  /** The same on a page that has no stream. */
  const lonePollEveryMs = 20_000;
  /** Title and icon of a hidden page. */
  const signEveryMs = 30_000;
  const pollTimeoutMs = 8_000;
  const refusedEveryMs = 60_000;
  const flashMs = 600;

  const root = document.documentElement;
  const live = document.getElementById('live');
  const badge = document.getElementById('connection');
  const stale = document.getElementById('stale');
  const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
  const now = () => performance.now();
  /** The poll's address; of a page with a stream it is the stream's. */
  const loneUrl = live?.dataset.poll;

  /** As in the badge's data attributes: none, live, polling, lost. */
  let state = 'none';
  let connection = null;
  let lastContactAt = now();
  /** Without a message until then the page polls. */
  let deadline = lastContactAt + silenceMs;
  let nextPollAt = 0;
  let nextSignAt = 0;
  let etag = '';
  let newVersion = '';
  /** Server clock minus this machine's, ms; null until the first server time. */
  let clockOffsetMs = null;

  function setState(next) {
    if (state === next) return;
    state = next;
    // A page whose own content is not live does not fade when the server is away.
    if (!loneUrl) root.dataset.live = next;
    if (stale && !loneUrl) stale.hidden = next !== 'lost';
    if (!badge) return;
    badge.dataset.state = next;
    setText(badge.querySelector('[data-connection-word]'), badge.dataset[next] || '');
  }

  function recordContact(serverAt) {
    lastContactAt = now();
    if (serverAt) clockOffsetMs = serverAt - Date.now();
  }

  /** Polling starts at `time` at the latest unless a stream message arrives first. */
  function expectMessageBy(time) {
    deadline = Math.min(deadline, time);
  }

  /** What stands above a panel's old figures while they cannot be renewed; no text takes it away. */
  function markStale({ id, text }) {
    const panel = document.getElementById(id);
    const mark = panel?.querySelector(':scope > .panel-stale');
    if (!text) mark?.remove();
    else if (mark) setText(mark, text);
    else if (panel) {
      panel.insertAdjacentHTML('afterbegin', '<p class="panel-stale" role="status"></p>');
      panel.firstElementChild.textContent = text;
    }
  }

  /** These are all there are. */
  function markAllStale(marks) {
    for (const { parentElement } of document.querySelectorAll('.panel-stale'))
      if (!marks.some(({ id }) => id === parentElement.id)) markStale({ id: parentElement.id });
    marks.forEach(markStale);
  }

  function onMessage(event) {
    const { message } = event.detail;
    // A stream begins by saying what is old.
    if (state !== 'live') markAllStale([]);
    connection = event.detail.connection;
    if (message.event === 'stale') markStale(JSON.parse(message.data));
    recordContact(message.event === 'ping' && JSON.parse(message.data).at);
    deadline = now() + silenceMs;
    setState('live');
    if (message.event === 'reload') newVersion = message.data;
  }

  /** At most once a minute, so that a page that is refused and its stream do not chase each other. */
  function reloadRefused() {
    const key = 'refused-at';
    try {
      if (Date.now() - Number(sessionStorage.getItem(key)) < refusedEveryMs) return;
      sessionStorage.setItem(key, Date.now());
    } catch {
      return;
    }
    location.reload();
  }

  async function poll() {
    nextPollAt = now() + (loneUrl ? lonePollEveryMs : pollEveryMs);
    // Cancels a connection that only looks open; htmx then reconnects.
    connection?.reader?.cancel();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), pollTimeoutMs);
    try {
      const url = loneUrl ?? live.getAttribute('hx-sse:connect').replace('/stream?', '/stream/snapshot?');
      const headers = { 'HX-Request': 'true', 'If-None-Match': etag };
      const response = await fetch(url, { headers, cache: 'no-store', signal: controller.signal });
      // Signed out, or a screen whose link or wall has changed: the page that is loaded again explains it.
      if (response.status === 401 || response.status === 403) reloadRefused();
      if (!response.ok && response.status !== 304) throw new Error(String(response.status));
      const text = await response.text();
      // The stream came back while the poll was under way.
      if (now() < deadline) return;
      recordContact(Date.parse(response.headers.get('date')));
      newVersion = response.headers.get('x-reload') || newVersion;
      setState(loneUrl ? 'live' : 'polling');
      if (response.status === 200) await htmx.swap({ text, sourceElement: live, target: live, swap: 'none' });
      etag = response.headers.get('etag') || '';
      const marks = JSON.parse(decodeURIComponent(response.headers.get('x-stale') || '[]'));
      markAllStale(marks.flatMap(({ text, ids }) => ids.map((id) => ({ id, text }))));
    } catch {
      if (now() >= deadline) setState('lost');
    } finally {
      clearTimeout(timer);
    }
  }

  function updateAges() {
    if (state !== 'none' && stale)
      setText(stale.querySelector('[data-stale-since]'), ageInWords(now() - lastContactAt));
    if (clockOffsetMs === null) return;
    const serverNow = Date.now() + clockOffsetMs;
    showDataAge(serverNow);
    for (const element of document.querySelectorAll('time[data-ago]')) {
      const at = Number(element.dataset.ago) || Date.parse(element.dateTime);
      if (at) setText(element, ageInWords(serverNow - at));
    }
  }

  /** A hidden page has no stream, but its title and icon are looked at: they are asked for now and then. */
  async function pollSign() {
    nextSignAt = now() + signEveryMs;
    const answer = await fetch('/plant/now', { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (!answer?.ok) return;
    const { body } = new DOMParser().parseFromString(await answer.text(), 'text/html');
    showSign(body.querySelector('#plant-data')?.dataset);
  }

  function tick() {
    if (document.hidden) {
      if (badge && now() >= nextSignAt) void pollSign();
      return;
    }
    if (newVersion) reloadForVersion(newVersion);
    if (live && now() >= deadline && now() >= nextPollAt) poll();
    updateAges();
  }

  /** Returns a function that flashes every number changed since its last call. */
  function createFlash() {
    const shownTexts = new WeakMap();
    const timers = new WeakMap();
    const end = (element) => element.classList.remove('is-changed');
    return () => {
      const changed = [];
      for (const element of document.querySelectorAll('[data-flash]')) {
        const text = element.textContent;
        if (shownTexts.has(element) && shownTexts.get(element) !== text && !reducedMotion.matches)
          changed.push(element);
        shownTexts.set(element, text);
      }
      changed.forEach(end);
      // A CSS animation restarts only after a layout without its class.
      if (changed.length > 0) document.body.getBoundingClientRect();
      for (const element of changed) {
        element.classList.add('is-changed');
        clearTimeout(timers.get(element));
        timers.set(element, setTimeout(end, flashMs, element));
      }
    };
  }

  /** The first poll is due at once: nothing else tells the time of the server. */
  function startLonePolls() {
    deadline = now();
  }

  function listenToStream() {
    live.addEventListener('htmx:sse:before:message', onMessage);
    live.addEventListener('htmx:sse:before:connection', (event) => {
      markAllStale([]);
      if (event.detail.connection.attempt > 0) expectMessageBy(now() + reconnectMs);
    });
    live.addEventListener('htmx:sse:error', () => expectMessageBy(now() + reconnectMs));
    // The first connect failed; htmx retries within 15 s.
    for (const failure of ['htmx:error', 'htmx:response:error'])
      live.addEventListener(failure, () => expectMessageBy(now()));
    // On a slow link htmx may start before its stream extension has loaded and then skip #live.
    document.addEventListener('DOMContentLoaded', () => {
      setTimeout(() => live._htmx || htmx.process(live));
    });
  }

  function start() {
    const flashChanges = createFlash();
    if (loneUrl) startLonePolls();
    else if (live) listenToStream();
    document.addEventListener('htmx:after:swap', () => {
      updateAges();
      flashChanges();
    });
    // htmx closes the stream of a hidden page; a page shown again gets time to reconnect.
    document.addEventListener('visibilitychange', () => {
      if (!loneUrl) deadline = now() + reconnectMs;
      tick();
    });
    flashChanges();
    setInterval(tick, 1000);
  }

  start();
})();
