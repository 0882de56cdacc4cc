import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ServerOptions } from './create-server.ts';
import { type RunningServer, startServer } from './server.ts';
import type { Tls } from './tls.ts';

/** A port to listen on, and the setting it comes from. */
export type WantedPort = { port: number; setting: string; tls: boolean };

/** A port that is listened on. */
export type Listener = { port: number; setting: string; protocol: 'http' | 'https' };

/** Every door of the house: the same app answers at each. */
export type Listeners = {
  /** Opens all ports or, where one cannot be, none: rejects with `unavailable` in plain words. */
  start(fetch: ServerOptions['fetch']): Promise<void>;
  list(): readonly Listener[];
  /** Closes all ports at once, see `RunningServer.stop`. */
  stop(options: { graceMs: number }): Promise<void>;
};

export type ListenersOptions = {
  host: string;
  ports: readonly WantedPort[];
  log: Log;
  tls: Tls | undefined;
} & Pick<ServerOptions, 'maxStreams' | 'sockets'> & { endStreams: () => void };

/** The doors of the house, still shut. A renewed certificate is used by all of them from then on. */
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

/** The ports that settings name, in the order they are opened. */
export function wantedPorts(settings: {
  port: number;
  compatPorts: readonly number[];
  imageReceiverPort: number | undefined;
  compatTls: boolean;
}): WantedPort[] {
  const { port, compatPorts, imageReceiverPort, compatTls: tls } = settings;
  return [
    { port, setting: 'PORT', tls: true },
    ...compatPorts.map((compat) => ({ port: compat, setting: 'COMPAT_PORTS', tls })),
    ...(imageReceiverPort === undefined
      ? []
      : [{ port: imageReceiverPort, setting: 'IMAGE_RECEIVER_PORT', tls }]),
  ];
}

/** Where to find the first listener: over TLS under a name of its certificate, because no other is believed. */
export function originOf(listeners: readonly Listener[], names: readonly string[] = []): string {
  const { protocol = 'http', port = 0 } = listeners[0] ?? {};
  const name = protocol === 'https' ? names.find((candidate) => !candidate.startsWith('*')) : undefined;
  const host = name?.includes(':') ? `[${name}]` : (name ?? 'localhost');
  return `${protocol}://${host}:${port}`;
}
