/*
 * Says whether the page is live, polls while its stream is away, lets ages tick and changed numbers flash.
 * Comes before htmx, so that it hears the stream from its first word.
 */
(() => {
  const { ageInWords, reloadForVersion, setText } = window.linesight;

  /** Two pings of the server missed, and some patience. */
  const SILENCE_MS = 40_000;
  /** How long a broken stream may take to come back before the page polls. */
  const RETURN_MS = 8_000;
  const POLL_MS = 10_000;
  const POLL_TIMEOUT_MS = 8_000;
  const FLASH_MS = 600;

  const root = document.documentElement;
  const live = document.getElementById('live');
  const badge = document.getElementById('connection');
  const stale = document.getElementById('stale');
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  const now = () => performance.now();

  let state = 'none';
  let connection = null;
  let heardAt = now();
  let deadline = heardAt + SILENCE_MS;
  let pollAt = 0;
  let etag = '';
  let newVersion = '';
  /** Server clock minus ours in ms; null until the server has told its time. */
  let skew = null;

  function show(next) {
    if (state === next) return;
    state = next;
    root.dataset.live = next;
    if (stale) stale.hidden = next !== 'lost';
    if (!badge) return;
    badge.dataset.state = next;
    setText(badge.querySelector('[data-connection-word]'), badge.dataset[next] || '');
  }

  function heard(serverAt) {
    heardAt = now();
    if (serverAt) skew = serverAt - Date.now();
  }

  /** The stream has until `time` to show a sign of life before the page polls. */
  function expectBy(time) {
    deadline = Math.min(deadline, time);
  }

  function onMessage(event) {
    const { message } = event.detail;
    connection = event.detail.connection;
    heard(message.event === 'ping' && JSON.parse(message.data).at);
    deadline = now() + SILENCE_MS;
    show('live');
    if (message.event === 'reload') newVersion = message.data;
  }

  async function poll() {
    pollAt = now() + POLL_MS;
    // A connection that only looks open is given up; htmx connects anew.
    connection?.reader?.cancel();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), POLL_TIMEOUT_MS);
    try {
      const url = live.getAttribute('hx-sse:connect').replace('/stream?', '/stream/snapshot?');
      const headers = { 'HX-Request': 'true', 'If-None-Match': etag };
      const response = await fetch(url, { headers, cache: 'no-store', signal: stop.signal });
      if (!response.ok && response.status !== 304) throw new Error(String(response.status));
      const text = await response.text();
      if (now() < deadline) return;
      heard(Date.parse(response.headers.get('date')));
      newVersion = response.headers.get('x-reload') || newVersion;
      show('polling');
      if (response.status === 200) await htmx.swap({ text, sourceElement: live, target: live, swap: 'none' });
      etag = response.headers.get('etag') || '';
    } catch {
      if (now() >= deadline) show('lost');
    } finally {
      clearTimeout(timer);
    }
  }

  function tickAges() {
    if (state !== 'none') {
      const age = ageInWords(now() - heardAt);
      if (badge) setText(badge.querySelector('[data-connection-age]'), age);
      if (stale) setText(stale.querySelector('[data-stale-since]'), age);
    }
    if (skew === null) return;
    const serverNow = Date.now() + skew;
    for (const element of document.querySelectorAll('time[data-ago]')) {
      const at = Number(element.dataset.ago) || Date.parse(element.dateTime);
      if (at) setText(element, ageInWords(serverNow - at));
    }
  }

  function tick() {
    if (document.hidden) return;
    if (newVersion) reloadForVersion(newVersion);
    if (live && now() >= deadline && now() >= pollAt) poll();
    tickAges();
  }

  /** Numbers that a live change has changed light up for a moment, anew at each change. */
  function createFlash() {
    const shownTexts = new WeakMap();
    const timers = new WeakMap();
    const end = (element) => element.classList.remove('is-changed');
    return () => {
      const changed = [];
      for (const element of document.querySelectorAll('[data-flash]')) {
        const text = element.textContent;
        if (shownTexts.has(element) && shownTexts.get(element) !== text && !calm.matches)
          changed.push(element);
        shownTexts.set(element, text);
      }
      changed.forEach(end);
      // An animation begins again only once the browser has seen the element without it.
      if (changed.length > 0) document.body.getBoundingClientRect();
      for (const element of changed) {
        element.classList.add('is-changed');
        clearTimeout(timers.get(element));
        timers.set(element, setTimeout(end, FLASH_MS, element));
      }
    };
  }

  function listenToStream() {
    live.addEventListener('htmx:sse:before:message', onMessage);
    live.addEventListener('htmx:sse:before:connection', (event) => {
      if (event.detail.connection.attempt > 0) expectBy(now() + RETURN_MS);
    });
    live.addEventListener('htmx:sse:error', () => expectBy(now() + RETURN_MS));
    // The first connect failed: htmx tries again within 15 s.
    for (const failure of ['htmx:error', 'htmx:response:error'])
      live.addEventListener(failure, () => expectBy(now()));
    // On a slow link htmx may start before its stream extension has come; then it passes #live over.
    document.addEventListener('DOMContentLoaded', () => {
      setTimeout(() => live._htmx || htmx.process(live));
    });
  }

  function start() {
    const flashChanges = createFlash();
    if (live) listenToStream();
    document.addEventListener('htmx:after:swap', () => {
      tickAges();
      flashChanges();
    });
    // htmx closes the stream of a hidden page; coming back it gets time to connect.
    document.addEventListener('visibilitychange', () => {
      deadline = now() + RETURN_MS;
      tick();
    });
    flashChanges();
    setInterval(tick, 1000);
  }

  start();
})();
