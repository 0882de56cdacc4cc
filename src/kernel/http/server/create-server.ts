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

/** Time for a client to send its headers, and its whole request. */
const headersTimeoutMs = 15_000;
const requestTimeoutMs = 120_000;
/** Idle time of a connection between requests; longer than the poll interval of the stream, so that polls reuse it. */
const keepAliveMs = 20_000;
const maxHeaderBytes = 16 * 1024;
const tcpKeepAliveMs = 30_000;
/**
 * A connection without any traffic for this long is cut, because a client that does not read its answer holds memory and
 * an open file. Longer than any answer may take to begin; streams are pinged much more often.
 */
const defaultStalledMs = 90_000;
/** A browser opens up to six connections while a page loads; the stream keeps one of them. */
const baseConnections = 2000;
const connectionsPerStream = 2;
/** Concurrent requests on one HTTP/2 connection. */
const maxConcurrentStreams = 128;

/** A certificate with its chain and its key, as PEM. */
export type CertificateFiles = { cert: string; key: string };

export type ServerOptions = {
  fetch: (request: Request, env: never) => unknown;
  maxStreams?: number;
  stalledMs?: number;
  /** Receives the upgrades to WebSockets. */
  sockets?: Sockets;
  /** Makes the server TLS only: HTTP/2, and HTTP/1.1 for clients without it. */
  tls?: CertificateFiles | undefined;
};

const limits = {
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: 5_000,
  noDelay: true,
  // Lets the system detect dead connections even when nothing is sent.
  keepAlive: true,
  keepAliveInitialDelay: tcpKeepAliveMs,
};

/** A server with every limit set, not yet listening. */
export function createServer(options: ServerOptions): Server | Http2SecureServer {
  const { fetch, sockets, tls, maxStreams = 0, stalledMs = defaultStalledMs } = options;
  const server = createAdaptorServer({
    fetch: fetch as (request: Request) => unknown,
    websocket: sockets && { server: sockets.server as WebSocketServerLike },
    ...(tls
      ? { createServer: createSecureServer, serverOptions: secureOptions(tls) }
      : { serverOptions: { ...limits, maxHeaderSize: maxHeaderBytes } }),
  }) as Server | Http2SecureServer;
  server.maxConnections = baseConnections + connectionsPerStream * maxStreams;
  (server as Server).timeout = stalledMs;
  // Node accepts this as an option for plain HTTP only.
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
    handshakeTimeout: headersTimeoutMs,
    maxHeaderSize: maxHeaderBytes,
    settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes },
  };
}

/** The timeout of a connection does not catch a stalled answer when others on it make progress. */
function cutStalledStreams(server: Http2SecureServer, stalledMs: number): void {
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.setTimeout(stalledMs, () => stream.close(http2.NGHTTP2_CANCEL));
  });
}
