/*
 * The feed of image messages: a WebSocket, with HTTP polling while it cannot connect. As in contract S5, a lost socket
 * is retried every `delayMs`; after `attempts` failures the newest images are polled over HTTP as well, until the
 * socket is back.
 *
 * States: connecting, live, polling (HTTP mode), lost (connection error).
 */
const connectTimeoutMs = 10_000;
const pollTimeoutMs = 8_000;
const watchEveryMs = 1_000;
/** A connection silent for this many ping intervals counts as dead, even if the socket looks open. */
const maxSilentPings = 2.5;

/** `query()` names the channels and the coil; `onMessage` gets every message, `onState` every change of state. */
export function createFeed({ delayMs, attempts, pingMs, query, onMessage, onState }) {
  let socket = null;
  let state = 'connecting';
  let failures = 0;
  let retryTimer;
  let deadline = 0;
  let lastMessageAt = null;
  let polling = null;
  let subscribedQuery = '';
  const now = () => performance.now();

  function setState(next) {
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
    subscribedQuery = query();
    deadline = now() + Math.min(connectTimeoutMs, maxSilentPings * pingMs);
    const next = new WebSocket(address());
    socket = next;
    next.addEventListener('message', ({ data }) => socket === next && receive(JSON.parse(data)));
    next.addEventListener('close', () => socket === next && lose());
  }

  /** Forgets the socket at once: closing one on a dead connection takes a minute. */
  function drop() {
    const old = socket;
    socket = null;
    old?.close();
  }

  function receive(message) {
    lastMessageAt = now();
    deadline = now() + maxSilentPings * pingMs;
    failures = 0;
    polling?.abort();
    polling = null;
    setState('live');
    onMessage(message);
    if (query() !== subscribedQuery) subscribe();
  }

  function lose() {
    drop();
    failures += 1;
    if (failures > attempts) poll();
    else setState('lost');
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, delayMs);
  }

  /** Polls over HTTP until the socket is back. */
  async function poll() {
    if (polling) return;
    const stop = new AbortController();
    polling = stop;
    while (!stop.signal.aborted) {
      await pollOnce(stop);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  async function pollOnce(stop) {
    const request = new AbortController();
    const abort = () => request.abort();
    const timer = setTimeout(abort, pollTimeoutMs);
    stop.signal.addEventListener('abort', abort, { once: true });
    try {
      const response = await fetch(`/live/latest?${query()}`, { cache: 'no-store', signal: request.signal });
      // Signed out, or a revoked screen: the reloaded page explains it.
      if (response.status === 401 || response.status === 403) return location.reload();
      if (!response.ok) throw new Error(String(response.status));
      const message = await response.json();
      if (stop.signal.aborted) return;
      lastMessageAt = now();
      setState('polling');
      onMessage(message);
    } catch {
      if (!stop.signal.aborted) setState('lost');
    } finally {
      clearTimeout(timer);
      stop.signal.removeEventListener('abort', abort);
    }
  }

  /** Sends the current query to the server; on connecting it is part of the address. */
  function subscribe() {
    subscribedQuery = query();
    if (socket?.readyState !== WebSocket.OPEN) return;
    const params = new URLSearchParams(subscribedQuery);
    const coil = params.get('coil') ?? '';
    socket.send(JSON.stringify({ type: 'subscribe', channels: params.getAll('channels'), coil }));
  }

  function watch() {
    if (socket && now() > deadline) lose();
  }

  setInterval(watch, watchEveryMs);
  window.addEventListener('online', connect);
  window.addEventListener('offline', () => socket && lose());
  // A page restored from the back/forward cache has lost its socket.
  window.addEventListener('pageshow', ({ persisted }) => persisted && connect());
  connect();
  return {
    subscribe,
    reconnect: connect,
    state: () => state,
    /** Time since the last message or the start of loading, ms; null while it first connects. */
    silentMs: () => (lastMessageAt === null && state === 'connecting' ? null : now() - (lastMessageAt ?? 0)),
  };
}
