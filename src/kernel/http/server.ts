import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Sockets, takesUpgrade } from './sockets.ts';

/** A client gets this long to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** How long a connection may wait for its next request; longer than the stream's poll, so polling reuses it. */
const KEEP_ALIVE_MS = 20_000;
/** How often a stopping server looks for connections that have become idle. */
const FAREWELL_MS = 100;
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

export type RunningServer = {
  /** The port in use; of interest where 0 was asked for. */
  readonly port: number;
  readonly server: Server;
  /**
   * Takes no new connection, ends the streams (`endStreams`) and the WebSockets, lets requests under way finish for `graceMs`, then cuts
   * what is left. May be called again while it runs.
   */
  stop(options: { graceMs: number }): Promise<void>;
};

/** Listens and answers; rejects with `unavailable` and plain words when the port or address cannot be used. */
export async function startServer(options: {
  fetch: (request: Request, env: never) => unknown;
  host: string;
  port: number;
  log: Log;
  /** Ends every long-lived answer; called first when stopping. */
  endStreams?: () => void;
  maxStreams?: number;
  stalledMs?: number;
  /** Takes the upgrades to WebSockets. */
  sockets?: Sockets;
}): Promise<RunningServer> {
  const server = createAdaptorServer({
    fetch: options.fetch as (request: Request) => unknown,
    ...(options.sockets && { websocket: { server: options.sockets.server as WebSocketServerLike } }),
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: 5_000,
      noDelay: true,
      // Dead connections are noticed by the system even when nothing is sent.
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      shouldUpgradeCallback: takesUpgrade,
    },
  }) as Server;
  const connections = followConnections(server);
  server.maxConnections = MAX_CONNECTIONS_BASE + CONNECTIONS_PER_STREAM * (options.maxStreams ?? 0);
  server.timeout = options.stalledMs ?? STALLED_MS;
  await listen(server, options.host, options.port);
  server.on('error', (error) => options.log.error({ err: error }, 'The server had an error'));
  const { port } = server.address() as AddressInfo;

  let stopping: Promise<void> | undefined;
  return {
    port,
    server,
    stop: ({ graceMs }) => {
      stopping ??= stopServer(server, graceMs, connections, () => {
        options.endStreams?.();
        options.sockets?.stop();
      });
      return stopping;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use by another program. Stop it or set PORT to a free one.`,
    EACCES: `Port ${port} may not be opened by this user. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST to 0.0.0.0 for all its addresses.`,
  };
  const message = reasons[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`;
  return new AppError('unavailable', message, { cause: error });
}

/** Every open connection: the server itself loses sight of those that became WebSockets. */
function followConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

async function stopServer(
  server: Server,
  graceMs: number,
  connections: ReadonlySet<Socket>,
  endStreams: () => void,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A busy client keeps its connection: it is answered once more, and told to come back on a new one.
  server.prependListener('request', (_request, answer) => {
    answer.shouldKeepAlive = false;
  });
  endStreams();
  server.closeIdleConnections();
  const farewell = setInterval(() => server.closeIdleConnections(), FAREWELL_MS);
  const patience = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  clearInterval(farewell);
  for (const connection of connections) connection.destroy();
  await closed;
}
