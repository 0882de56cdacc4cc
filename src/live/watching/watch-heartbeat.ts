import type { OfflineReason } from '../../kernel/folder-scan/model/root-status.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { maxChannels } from '../recording/channels.ts';

/** The watching process publishes this often, whether or not anything has changed. */
export const heartbeatEveryMs = 5_000;
/** A watcher without a heartbeat for this long no longer counts as one. */
const silentAfterMs = 16_000;

/** A watched channel and why its folder cannot be read, if it cannot. */
export type WatchedChannel = { id: number; offlineReason: OfflineReason | null };

/** The watched channels of a site, published by the process that watches them. */
export type WatchHeartbeat = {
  publish(channels: readonly WatchedChannel[]): void;
  /** As last published; all `unwatched` once the watcher is silent. Undefined before the first message. */
  channels(): readonly WatchedChannel[] | undefined;
  /** Name of the watching process; undefined when none has published lately. */
  watcher(): string | undefined;
};

/** `processName` is the name of this process; `onChange` runs when another set of channels was received. */
export function createWatchHeartbeat(options: {
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  clock: Clock;
  siteId: number;
  processName: string;
  onChange: () => void;
}): WatchHeartbeat {
  const { bus, clock, processName } = options;
  const topic = `live-watch:${options.siteId}`;
  const startedAt = clock.now();
  let last: { by: string; channels: WatchedChannel[]; at: number } | undefined;
  const isRecent = () => clock.now() - (last?.at ?? startedAt) < silentAfterMs;

  bus.subscribe(topic, (name, payload) => {
    const message = name === topic ? parseHeartbeat(payload) : undefined;
    if (!message) return;
    const before = JSON.stringify(last?.channels);
    last = { ...message, at: clock.now() };
    if (JSON.stringify(message.channels) !== before) options.onChange();
  });

  return {
    publish: (channels) =>
      bus.publish(topic, {
        by: processName,
        channels: channels.map(({ id, offlineReason }) => [id, offlineReason]),
      }),
    channels: () =>
      isRecent() ? last?.channels : last?.channels.map(({ id }) => ({ id, offlineReason: 'unwatched' })),
    watcher: () => (last && isRecent() ? last.by : undefined),
  };
}

/** Any client of the database can publish here, including another version of this program. */
function parseHeartbeat(payload: unknown): { by: string; channels: WatchedChannel[] } | undefined {
  const { by, channels } = (payload ?? {}) as Partial<{ by: unknown; channels: unknown }>;
  if (typeof by !== 'string' || !Array.isArray(channels)) return undefined;
  return {
    by,
    channels: channels.slice(0, maxChannels).flatMap((entry: unknown) => {
      const [id, reason] = Array.isArray(entry) ? entry : [];
      if (!Number.isSafeInteger(id)) return [];
      return [
        { id: id as number, offlineReason: typeof reason === 'string' ? (reason as OfflineReason) : null },
      ];
    }),
  };
}
