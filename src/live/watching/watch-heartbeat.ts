import type { OfflineReason } from '../../kernel/folder-scan/root-status.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { maxChannels } from '../recording/channels.ts';

/** Whoever watches says so this often, whether or not anything has changed. */
export const shareEveryMs = 5_000;
/** Whoever was not heard of for this long watches no more. */
const silentAfterMs = 16_000;

/** A watched channel and why its folder cannot be read, if it cannot. */
export type WatchedChannel = { id: number; offlineReason: OfflineReason | null };

/** What the process that watches the live folders of a site tells the others of them. */
export type SharedWatch = {
  share(channels: readonly WatchedChannel[]): void;
  /** What the watcher said last; while nobody watches, every channel of it `unwatched`. Undefined before anybody spoke. */
  heard(): readonly WatchedChannel[] | undefined;
  /** The process that watches, as others name it; undefined when none was heard of lately. */
  watcher(): string | undefined;
};

/** `processName` is this process for others; `onHeard` is told when what is heard has changed. */
export function createSharedWatch(options: {
  bus: Pick<Bus, 'hear' | 'tell'>;
  clock: Clock;
  siteId: number;
  processName: string;
  onHeard: () => void;
}): SharedWatch {
  const { bus, clock, processName } = options;
  const name = `live-watch:${options.siteId}`;
  const startedAt = clock.now();
  let last: { by: string; channels: WatchedChannel[]; at: number } | undefined;
  const isRecent = () => clock.now() - (last?.at ?? startedAt) < silentAfterMs;

  bus.hear(name, (heardName, payload) => {
    const said = heardName === name ? readShared(payload) : undefined;
    if (!said) return;
    const before = JSON.stringify(last?.channels);
    last = { ...said, at: clock.now() };
    if (JSON.stringify(said.channels) !== before) options.onHeard();
  });

  return {
    share: (channels) =>
      bus.tell(name, {
        by: processName,
        channels: channels.map(({ id, offlineReason }) => [id, offlineReason]),
      }),
    heard: () =>
      isRecent() ? last?.channels : last?.channels.map(({ id }) => ({ id, offlineReason: 'unwatched' })),
    watcher: () => (last && isRecent() ? last.by : undefined),
  };
}

/** Whoever has the database may write into the channel; a version of this program that is not this one, too. */
function readShared(payload: unknown): { by: string; channels: WatchedChannel[] } | undefined {
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
