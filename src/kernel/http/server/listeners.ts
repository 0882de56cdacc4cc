import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ServerOptions } from './create-server.ts';
import { type RunningServer, startServer } from './server.ts';
import type { Tls } from './tls.ts';

/** A port to open, and the setting it comes from. */
export type WantedPort = { port: number; setting: string; tls: boolean };

/** An open port. */
export type Listener = { port: number; setting: string; protocol: 'http' | 'https' };

/** All ports of the process, each served by the same app. */
export type Listeners = {
  /** Opens all ports, or none if one fails: then it rejects with `unavailable` and an explanation. */
  start(fetch: ServerOptions['fetch']): Promise<void>;
  list(): readonly Listener[];
  /** Closes all ports, see `RunningServer.stop`. */
  stop(options: { graceMs: number }): Promise<void>;
};

export type ListenersOptions = {
  host: string;
  ports: readonly WantedPort[];
  log: Log;
  tls: Tls | undefined;
} & Pick<ServerOptions, 'maxStreams' | 'sockets'> & { endStreams: () => void };

/** Prepares the ports without opening them. All of them switch to a renewed certificate. */
export function createListeners(options: ListenersOptions): Listeners {
  const { ports, tls, ...shared } = options;
  const running: { listener: Listener; server: RunningServer }[] = [];
  const stop: Listeners['stop'] = async (how) => {
    await Promise.all([tls?.stop(), ...running.map(({ server }) => server.stop(how))]);
  };
  tls?.onRenewed((files) => {
    for (const { listener, server } of running) if (listener.protocol === 'https') server.renew(files);
  });
  return {
    start: async (fetch) => {
      for (const wanted of ports) {
        const files = wanted.tls ? tls?.files() : undefined;
        try {
          const server = await startServer({ ...shared, ...wanted, fetch, tls: files });
          const protocol = files ? 'https' : 'http';
          running.push({ server, listener: { port: server.port, setting: wanted.setting, protocol } });
        } catch (error) {
          await stop({ graceMs: 0 });
          throw error instanceof AppError ? error : new AppError('unavailable', String(error));
        }
      }
    },
    list: () => running.map(({ listener }) => listener),
    stop,
  };
}

/** The ports of the settings, in the order they are opened. */
export function wantedPorts(settings: {
  port: number;
  compatPorts: readonly number[];
  imageReceiverPort: number | undefined;
  compatTls: boolean;
}): WantedPort[] {
  const { port, compatPorts, imageReceiverPort, compatTls: tls } = settings;
  const ports = [
    { port, setting: 'PORT', tls: true },
    ...compatPorts.map((compat) => ({ port: compat, setting: 'COMPAT_PORTS', tls })),
  ];
  if (imageReceiverPort !== undefined)
    ports.push({ port: imageReceiverPort, setting: 'IMAGE_RECEIVER_PORT', tls });
  return ports;
}

/** Address of the first listener; over TLS with a name of the certificate, because browsers refuse any other. */
export function originOf(listeners: readonly Listener[], names: readonly string[] = []): string {
  const { protocol = 'http', port = 0 } = listeners[0] ?? {};
  const name = protocol === 'https' ? names.find((candidate) => !candidate.startsWith('*')) : undefined;
  const host = name?.includes(':') ? `[${name}]` : (name ?? 'localhost');
  return `${protocol}://${host}:${port}`;
}
