import type { Log } from '../../log.ts';
import type { Config } from '../../settings/config.ts';
import type { Clock } from '../../time/clock.ts';
import { createListeners, type Listeners, wantedPorts } from './listeners.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { openTls, type Tls } from './tls.ts';

/** How requests come in. */
export type Entrances = {
  /** The certificate in use; undefined where the settings name none. */
  tls: Tls | undefined;
  /** The ports the settings name, opened by `start`. */
  listeners: Listeners;
  /** Every open WebSocket; features declare their routes with it. */
  sockets: Sockets;
};

/** Builds the entrances and opens none. Throws `unavailable` in plain words for a certificate that cannot be used. */
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
