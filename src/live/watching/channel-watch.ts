import { lstat, mkdir, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import type { OfflineReason } from '../../kernel/folder-scan/root-status.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { Lease } from '../../kernel/processes/leader/singletons.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import { type LiveChannel, liveRoles } from '../model.ts';
import { recoverPairs } from '../uploads/upload-pair.ts';
import { createWatchChannels, type WatchChannels, type WatchChannelsOptions } from './channel-scanner.ts';
import type { NamedFolder } from './find-folders.ts';
import { createSharedWatch, shareEveryMs, type WatchedChannel } from './watch-heartbeat.ts';

/** How long the watcher may take to look for a file. */
const answerWithinMs = 3_000;
/** Where others upload, too, what one that died left behind is looked for this often, else at the start alone. */
const tidyEveryMs = 3_600_000;

export type LiveWatchOptions = Omit<
  WatchChannelsOptions,
  'base' | 'named' | 'lease' | 'prepare' | 'onStatus'
> & {
  bus: Bus;
  siteId: number;
  processName: string;
  place: { dir: string; isOwn: boolean };
  named: readonly NamedFolder[];
  onChanged(): void;
};

/** The watching of a site's live folders, here or in another process, as it looks from here. */
export type LiveWatch = {
  /** Watches from now on; `lease` is the right to it. */
  begin(lease: Lease): { stop(): Promise<void> };
  watchFolder(folder: NamedFolder): Promise<void>;
  /** A channel whose folder was just made is watched at once, where this process does that. */
  adopt(channel: LiveChannel): Promise<void>;
  /** Whether its folder is one of those watched now. */
  isShown(channel: LiveChannel): boolean;
  offlineReasonOf(channelId: number): OfflineReason | null;
  rescan: WatchChannels['rescan'];
  /** Whether this is the process that watches. */
  isHere(): boolean;
  noteCleared: WatchChannels['noteCleared'];
  /**
   * Makes sure that what lies in a live folder here is seen by the process that watches it.
   *
   * @throws AppError 'unavailable' when it is not.
   */
  assertSeen(path: string): Promise<void>;
  stop(): Promise<void>;
};

export function createLiveWatch(options: LiveWatchOptions): LiveWatch {
  const { bus, channels, place } = options;
  const named = [...options.named];
  const adopted = new Set<number>();
  let here: WatchChannels | undefined;
  /** The watcher that was seen to look at the same folder. */
  let provenBy: string | undefined;
  const shared = createSharedWatch({ ...options, onHeard: options.onChanged });

  const listOwn = (): WatchedChannel[] =>
    channels
      .list()
      .filter(({ id }) => here?.isOpen(id))
      .map(({ id }) => ({ id, offlineReason: ownReasonOf(id) }));

  function ownReasonOf(channelId: number): OfflineReason | null {
    const status = here?.statusOf(channelId);
    return status?.state === 'offline' ? (status.reasonCode ?? 'other') : null;
  }

  function tellOwn(): void {
    if (here && bus.isShared) shared.share(listOwn());
  }

  const heartbeat = startLoop({
    name: 'signs of life of live folders',
    intervalMs: shareEveryMs,
    log: options.log,
    run: createBeat({ tell: tellOwn, describe: () => shared.heard(), onChanged: options.onChanged }),
  });

  bus.answer(`live-seen:${options.siteId}`, async (payload) => {
    if (!here) return undefined;
    return { by: options.processName, isSeen: await isSeen(place.dir, payload) };
  });

  const begin: LiveWatch['begin'] = (lease) => {
    const started = createWatchChannels({
      ...options,
      ...{ lease, named, base: place.dir },
      prepare: createPrepare(options),
      onStatus: () => {
        tellOwn();
        options.onChanged();
      },
    });
    here = started;
    started.start();
    return {
      stop: async () => {
        if (here === started) here = undefined;
        await started.stop();
      },
    };
  };

  return {
    begin,
    async watchFolder(folder) {
      if (!named.some(({ path }) => path === folder.path)) named.push(folder);
      await here?.look();
    },
    async adopt(channel) {
      if (here) return here.watch(channel);
      if (!adopted.has(channel.id)) await options.onChannel(channel);
      adopted.add(channel.id);
    },
    isShown({ id, path }) {
      if (here) return here.isOpen(id);
      const heard = shared.heard();
      if (heard) return adopted.has(id) || heard.some((channel) => channel.id === id);
      return [place.dir, ...named.map((folder) => folder.path)].some((folder) => isWithin(folder, path));
    },
    offlineReasonOf: (id) =>
      here ? ownReasonOf(id) : (shared.heard()?.find((channel) => channel.id === id)?.offlineReason ?? null),
    rescan: async () => (await here?.rescan()) ?? { scanned: 0, added: 0, note: null },
    isHere: () => here !== undefined,
    noteCleared: (channelId, names) => here?.noteCleared(channelId, names),
    async assertSeen(path) {
      const watcher = shared.watcher();
      if (here || !bus.isShared || (watcher !== undefined && watcher === provenBy)) return;
      const answer = await askWatcher(options, path);
      // With nobody there to ask, a folder that somebody named is taken to be the one.
      if (answer === undefined && !place.isOwn) return;
      if (!answer?.isSeen) throw notSeen(place, answer?.by);
      provenBy = answer.by;
    },
    async stop() {
      await heartbeat.stop();
      await here?.stop();
    },
  };
}

/** Tells that this process lives; and its own screens when the one that watches does not any more. */
function createBeat(parts: { tell: () => void; describe: () => unknown; onChanged: () => void }) {
  let before: string | undefined;
  return async () => {
    parts.tell();
    const now = JSON.stringify(parts.describe());
    if (now !== before) parts.onChanged();
    before = now;
  };
}

/** Before anything is looked at: the folders of our own, and pairs that a process left unfinished. */
function createPrepare({ place, bus, clock, log }: LiveWatchOptions): () => Promise<void> {
  const folders = { original: join(place.dir, 'original'), labeled: join(place.dir, 'labeled') };
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    if (now - tidiedAt < (bus.isShared ? tidyEveryMs : Number.POSITIVE_INFINITY)) return;
    tidiedAt = now;
    try {
      if (place.isOwn) for (const role of liveRoles) await mkdir(folders[role], { recursive: true });
      await recoverPairs(folders, now);
    } catch (err) {
      log.error({ err }, 'Unfinished uploads could not be completed; the next start tries it again');
    }
  };
}

async function askWatcher(
  { bus, siteId }: Pick<LiveWatchOptions, 'bus' | 'siteId'>,
  path: string,
): Promise<{ by: string; isSeen: boolean } | undefined> {
  const { size } = await lstat(path);
  const wanted = { role: basename(dirname(path)), name: basename(path), size };
  const answer = await bus.ask(`live-seen:${siteId}`, wanted, answerWithinMs).catch(() => undefined);
  const { by, isSeen } = (answer ?? {}) as { by?: unknown; isSeen?: unknown };
  return typeof by === 'string' ? { by, isSeen: isSeen === true } : undefined;
}

/** Whether a file of one of the two upload folders is there with this size. */
async function isSeen(base: string, payload: unknown): Promise<boolean> {
  const { role, name, size } = (payload ?? {}) as { role?: unknown; name?: unknown; size?: unknown };
  const known = liveRoles.find((one) => one === role);
  if (!known || typeof name !== 'string' || name !== basename(name)) return false;
  const folder = join(base, known);
  // Opened first: then a network share asks its server anew instead of answering from what it remembers.
  const handle = await open(folder).catch(() => undefined);
  await handle?.close();
  return lstat(join(folder, name)).then(
    (stats) => stats.isFile() && stats.size === size,
    () => false,
  );
}

function notSeen({ dir }: { dir: string }, by: string | undefined): AppError {
  const watcher =
    by === undefined
      ? 'No process answers that watches the live folders'
      : `${by} watches the live folders and does not see this file`;
  return new AppError(
    'unavailable',
    `${watcher}. Mount one folder of live images at ${dir} for all processes of the site and name it in IMAGE_BASE_PATH, or send uploads to the process that watches it.`,
  );
}
