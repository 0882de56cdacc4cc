import type { Server } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type CertificateFiles, createServer, type ServerOptions } from './create-server.ts';

/** How often a stopping server closes idle connections. */
const closeIdleEveryMs = 100;

export type RunningServer = {
  /** The actual port, if 0 was asked for. */
  readonly port: number;
  /** New connections use this certificate; open ones keep theirs. */
  renew(files: CertificateFiles): void;
  /**
   * Accepts no new connections, ends the streams (`endStreams`) and WebSockets, gives requests under way `graceMs` to
   * finish, then cuts the rest. Can be called again while it runs.
   */
  stop(options: { graceMs: number }): Promise<void>;
};

/** Starts listening. Rejects with `unavailable` and an explanation if the port or address cannot be used. */
export async function startServer(
  options: ServerOptions & {
    host: string;
    port: number;
    /** The setting the port comes from. */
    setting?: string;
    log: Log;
    /** Ends all streams; called first when stopping. */
    endStreams?: () => void;
  },
): Promise<RunningServer> {
  const { host, port: wanted, setting = 'PORT' } = options;
  const server = createServer(options);
  const connections = followConnections(server);
  await listen(server, host, wanted, setting);
  server.on('error', (error) => options.log.error({ err: error }, 'The server had an error'));
  const { port } = server.address() as AddressInfo;

  let stopping: Promise<void> | undefined;
  return {
    port,
    renew: (files) => (server as Http2SecureServer).setSecureContext(files),
    stop: ({ graceMs }) => {
      stopping ??= stopServer(server, graceMs, connections, () => {
        options.endStreams?.();
        options.sockets?.stop();
      });
      return stopping;
    },
  };
}

function listen(
  server: Server | Http2SecureServer,
  host: string,
  port: number,
  setting: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port, setting));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number, setting: string): AppError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use by another program. Stop it or set ${setting} to a free one.`,
    EACCES: `Port ${port} may not be opened by this user. Set ${setting} to one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST to 0.0.0.0 for all its addresses.`,
  };
  const message = reasons[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`;
  return new AppError('unavailable', message, { cause: error });
}

/** All open connections. The server itself does not track those that became WebSockets. */
function followConnections(server: Server | Http2SecureServer): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

async function stopServer(
  server: Server | Http2SecureServer,
  graceMs: number,
  connections: ReadonlySet<Socket>,
  endStreams: () => void,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A busy client would keep its connection: its next answer tells it to open a new one.
  server.prependListener('request', (_request: unknown, answer: { shouldKeepAlive: boolean }) => {
    answer.shouldKeepAlive = false;
  });
  endStreams();
  const closeIdle = () => (server as Server).closeIdleConnections();
  closeIdle();
  const farewell = setInterval(closeIdle, closeIdleEveryMs);
  const patience = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  clearInterval(farewell);
  for (const connection of connections) connection.destroy();
  await closed;
}
