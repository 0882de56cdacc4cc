import type { Log } from '../../log.ts';
import type { Config } from '../../settings/config.ts';
import type { Clock } from '../../time/clock.ts';
import { createListeners, type Listeners, wantedPorts } from './listeners.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { openTls, type Tls } from './tls.ts';

/** Ports, TLS and WebSockets of the process. */
export type Entrances = {
  /** The certificate in use; undefined if none is set. */
  tls: Tls | undefined;
  /** The ports of the settings, opened by `start`. */
  listeners: Listeners;
  /** All open WebSockets; features declare their socket routes here. */
  sockets: Sockets;
};

/** Prepares the entrances without opening a port. Throws `unavailable` with an explanation if the certificate cannot be used. */
export async function createEntrances(
  { config, clock, log }: { config: Config; clock: Clock; log: Log },
  endStreams: () => void,
): Promise<Entrances> {
  const { host, tlsCert: certPath, tlsKey: keyPath, maxViewers, corsOrigins } = config;
  const tls = certPath === '' ? undefined : await openTls({ certPath, keyPath, clock, log });
  const sockets = createSockets({ clock, log, maxSockets: maxViewers, corsOrigins });
  const ports = wantedPorts(config);
  const listeners = createListeners({ host, ports, log, tls, maxStreams: maxViewers, sockets, endStreams });
  return { tls, listeners, sockets };
}
