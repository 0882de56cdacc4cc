import type { Server } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  constants as http2,
  type ServerHttp2Stream,
} from 'node:http2';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { answerPlainHttp } from './plain-http.ts';
import { type Sockets, takesUpgrade } from './sockets.ts';

/** A client gets this long to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** How long a connection may wait for its next request; longer than the stream's poll, so polling reuses it. */
const KEEP_ALIVE_MS = 20_000;
const MAX_HEADER_BYTES = 16 * 1024;
const TCP_KEEP_ALIVE_MS = 30_000;
/**
 * A connection on which nothing has moved for this long is cut: a client that takes nothing of its answer holds memory
 * and an open file. Longer than any answer may take to begin; streams are pinged much oftener.
 */
const STALLED_MS = 90_000;
/** A browser opens up to six connections while a page loads; the stream keeps one of them. */
const MAX_CONNECTIONS_BASE = 2000;
const CONNECTIONS_PER_STREAM = 2;
/** Requests a browser may have under way at once on its one HTTP/2 connection. */
const MAX_CONCURRENT_STREAMS = 128;

/** A certificate with its chain and its key, as PEM. */
export type CertificateFiles = { cert: string; key: string };

export type ServerOptions = {
  fetch: (request: Request, env: never) => unknown;
  maxStreams?: number;
  stalledMs?: number;
  /** Takes the upgrades to WebSockets. */
  sockets?: Sockets;
  /** With it the server speaks TLS only: HTTP/2, and HTTP/1.1 with those who know no other. */
  tls?: CertificateFiles | undefined;
};

const limits = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: 5_000,
  noDelay: true,
  // Dead connections are noticed by the system even when nothing is sent.
  keepAlive: true,
  keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
};

/** A server with every limit set, not yet listening. */
export function createServer(options: ServerOptions): Server | Http2SecureServer {
  const { fetch, sockets, tls, maxStreams = 0, stalledMs = STALLED_MS } = options;
  const server = createAdaptorServer({
    fetch: fetch as (request: Request) => unknown,
    ...(sockets && { websocket: { server: sockets.server as WebSocketServerLike } }),
    ...(tls
      ? { createServer: createSecureServer, serverOptions: secureOptions(tls) }
      : { serverOptions: { ...limits, maxHeaderSize: MAX_HEADER_BYTES } }),
  }) as Server | Http2SecureServer;
  server.maxConnections = MAX_CONNECTIONS_BASE + CONNECTIONS_PER_STREAM * maxStreams;
  (server as Server).timeout = stalledMs;
  // As an option Node takes it for plain HTTP alone.
  (server as Server & { shouldUpgradeCallback: typeof takesUpgrade }).shouldUpgradeCallback = takesUpgrade;
  if (tls) {
    cutStalledStreams(server as Http2SecureServer, stalledMs);
    answerPlainHttp(server as Http2SecureServer);
  }
  return server;
}

function secureOptions({ cert, key }: CertificateFiles) {
  return {
    ...limits,
    cert,
    key,
    allowHTTP1: true,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: HEADERS_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES },
  };
}

/** A stalled answer among others that move would hide behind them, because they share a connection. */
function cutStalledStreams(server: Http2SecureServer, stalledMs: number): void {
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.setTimeout(stalledMs, () => stream.close(http2.NGHTTP2_CANCEL));
  });
}
