/*
 * The pictures' news: a WebSocket, and HTTP while it does not get through. The rules are those of contract S5: a lost
 * socket is tried again every `delayMs`; after `attempts` tries in vain the newest pictures are asked for over HTTP
 * instead, while the socket is tried on and takes over again by itself.
 *
 * States: connecting, live, polling (HTTP mode), lost (connection error).
 */
const CONNECT_MS = 10_000;
const POLL_TIMEOUT_MS = 8_000;
const WATCH_MS = 1_000;
/** Silent for so many pings of the server: the line is dead, whatever it looks like. */
const PINGS_MISSED = 2.5;

/**
 * `query()` says what is followed; `onMessage` gets every message, `onState` every change of state.
 * `follow()` tells the server that the query has changed.
 */
export function createFeed({ delayMs, attempts, pingMs, query, onMessage, onState }) {
  let socket = null;
  let state = 'connecting';
  let failures = 0;
  let retryTimer;
  let deadline = 0;
  let heardAt = null;
  let polling = null;
  let followed = '';
  const now = () => performance.now();

  function show(next) {
    if (state === next) return;
    state = next;
    onState(next);
  }

  function address() {
    const url = new URL(`/ws/images?${query()}&detail=1&ping=1`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url;
  }

  function connect() {
    clearTimeout(retryTimer);
    drop();
    followed = query();
    deadline = now() + Math.min(CONNECT_MS, PINGS_MISSED * pingMs);
    const next = new WebSocket(address());
    socket = next;
    next.addEventListener('message', ({ data }) => socket === next && hear(JSON.parse(data)));
    next.addEventListener('close', () => socket === next && lose());
  }

  /** Lets go of a socket at once; one on a dead line would take a minute to close. */
  function drop() {
    const old = socket;
    socket = null;
    old?.close();
  }

  function hear(message) {
    heardAt = now();
    deadline = now() + PINGS_MISSED * pingMs;
    failures = 0;
    polling?.abort();
    polling = null;
    show('live');
    onMessage(message);
    if (query() !== followed) follow();
  }

  function lose() {
    drop();
    failures += 1;
    if (failures > attempts) poll();
    else show('lost');
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, delayMs);
  }

  /** Asks over HTTP, again and again until the socket is back. */
  async function poll() {
    if (polling) return;
    const stop = new AbortController();
    polling = stop;
    while (!stop.signal.aborted) {
      await askOnce(stop);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  async function askOnce(stop) {
    const giveUp = new AbortController();
    const end = () => giveUp.abort();
    const patience = setTimeout(end, POLL_TIMEOUT_MS);
    stop.signal.addEventListener('abort', end, { once: true });
    try {
      const response = await fetch(`/live/latest?${query()}`, { cache: 'no-store', signal: giveUp.signal });
      // Signed out, or a screen that may not look any more: the page itself says what to do.
      if (response.status === 401 || response.status === 403) return location.reload();
      if (!response.ok) throw new Error(String(response.status));
      const message = await response.json();
      if (stop.signal.aborted) return;
      heardAt = now();
      show('polling');
      onMessage(message);
    } catch {
      if (!stop.signal.aborted) show('lost');
    } finally {
      clearTimeout(patience);
      stop.signal.removeEventListener('abort', end);
    }
  }

  function follow() {
    followed = query();
    if (socket?.readyState !== WebSocket.OPEN) return;
    const asked = new URLSearchParams(followed);
    const coil = asked.get('coil') ?? '';
    socket.send(JSON.stringify({ type: 'subscribe', channels: asked.getAll('channels'), coil }));
  }

  function watch() {
    if (socket && now() > deadline) lose();
  }

  setInterval(watch, WATCH_MS);
  window.addEventListener('online', connect);
  window.addEventListener('offline', () => socket && lose());
  // Back from the browser's memory: what was open then is not open now.
  window.addEventListener('pageshow', ({ persisted }) => persisted && connect());
  connect();
  return {
    follow,
    reconnect: connect,
    state: () => state,
    /** How long nothing was heard, ms; null before the first word. */
    silentMs: () => (heardAt === null ? null : now() - heardAt),
  };
}
