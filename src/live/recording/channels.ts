import { and, eq } from 'drizzle-orm';
import { insertMissing } from '../../kernel/db/write.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveChannel, LiveRole } from '../model.ts';

/** Most channels of a site; further folders are ignored. */
export const maxChannels = 64;
const maxKeyLength = 60;

/** A folder of live images as discovered or configured. */
export type ChannelFolder = { path: string; camera: string; role: LiveRole; wantedKey: string };

/** The channels of a site, kept in memory: a few dozen at most. */
export type LiveChannels = {
  list(): LiveChannel[];
  find(key: string): LiveChannel | undefined;
  byId(id: number): LiveChannel | undefined;
  byPath(path: string): LiveChannel | undefined;
  /**
   * The channel of a folder. A new one is created under the wanted key or, where that is taken, `<key>-2`, `<key>-3` …
   * Undefined when there are `maxChannels` already.
   */
  ensure(folder: ChannelFolder): Promise<LiveChannel | undefined>;
  /** Channels that are being removed, here no more. */
  forget(ids: readonly number[]): void;
  /** Loads what other processes of the site have added or set. */
  refresh(): Promise<void>;
};

/**
 * Loads the channels of a site; channels of new folders are added later. Channels whose path is not `isConfigured`, because
 * the settings no longer name their folder, are left out, and nothing of them is shown.
 */
export async function createLiveChannels(options: {
  db: Db;
  clock: Clock;
  siteId: number;
  isConfigured: (path: string) => boolean;
}): Promise<LiveChannels> {
  const { db, clock, siteId, isConfigured } = options;
  const { liveChannels } = db.tables;
  const channels = new Map<number, LiveChannel>();
  const columns = {
    id: liveChannels.id,
    key: liveChannels.key,
    camera: liveChannels.camera,
    role: liveChannels.role,
    path: liveChannels.path,
    staleAfterSec: liveChannels.staleAfterSec,
  };
  const ofSite = eq(liveChannels.siteId, siteId);
  const remember = (row: LiveChannel) => {
    channels.set(row.id, row);
    return row;
  };
  const refresh = async () => {
    const rows = await db.read.select(columns).from(liveChannels).where(ofSite).orderBy(liveChannels.id);
    for (const row of rows) if (isConfigured(row.path)) remember(row);
  };
  await refresh();
  const list = () => [...channels.values()];
  const find = (key: string) => list().find((channel) => channel.key === key);
  const byPath = (path: string) => list().find((channel) => channel.path === path);

  return {
    list,
    find,
    byId: (id) => channels.get(id),
    byPath,
    forget: (ids) => {
      for (const id of ids) channels.delete(id);
    },
    refresh,
    async ensure({ path, camera, role, wantedKey }) {
      const known = byPath(path);
      if (known) return known;
      if (channels.size >= maxChannels) return undefined;
      const createdAt = clock.now();
      for (let attempt = 1; ; attempt++) {
        const key = attempt === 1 ? wantedKey : `${wantedKey}-${attempt}`;
        if (find(key)) continue;
        const [row] = await db.tx(async (q) => {
          await insertMissing(db.dialect, q, liveChannels, [{ siteId, key, camera, role, path, createdAt }]);
          return q
            .select(columns)
            .from(liveChannels)
            .where(and(ofSite, eq(liveChannels.path, path)));
        });
        // There is no row when another process has just taken the key.
        if (row) return remember(row);
      }
    },
  };
}

/** A folder's name as part of a URL and of a channel's key: letters, digits, `.`, `_` and `-`. */
export function channelKeyOf(name: string): string {
  const plain = name
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, maxKeyLength);
  return plain === '' ? 'camera' : plain;
}
