import { and, eq } from 'drizzle-orm';
import { insertMissing } from '../../kernel/db/write.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveChannel, LiveRole } from '../model.ts';

/** Folders of live images taken at once; one beyond it is not looked at. */
export const maxChannels = 64;
const maxKeyLength = 60;

/** A folder of live images as it was found or named. */
export type ChannelFolder = { path: string; camera: string; role: LiveRole; wantedKey: string };

/** The channels, kept in memory: a few dozen at most. */
export type LiveChannels = {
  list(): LiveChannel[];
  find(key: string): LiveChannel | undefined;
  byId(id: number): LiveChannel | undefined;
  byPath(path: string): LiveChannel | undefined;
  /** The channel of a folder; made when it is new, under the wanted key or, where another has that, `<key>-2`, `-3` … Undefined when there are as many as may be. */
  ensure(folder: ChannelFolder): Promise<LiveChannel | undefined>;
  /** Learns what other processes of the site have added or set. */
  refresh(): Promise<void>;
  /** How old a camera's picture may be, seconds; null for what the settings say. */
  setStaleAfter(camera: string, seconds: number | null): Promise<void>;
};

/**
 * Reads the channels of a site once; new folders are added as they are found. Those outside the folders that the settings
 * name (`isPlace`) are none any more, and nothing of them is shown.
 */
export async function createLiveChannels(
  db: Db,
  clock: Clock,
  siteId: number,
  isPlace: (path: string) => boolean = () => true,
): Promise<LiveChannels> {
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
    for (const row of rows) if (isPlace(row.path)) remember(row);
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
    refresh,
    async ensure({ path, camera, role, wantedKey }) {
      const known = byPath(path);
      if (known) return known;
      if (channels.size >= maxChannels) return undefined;
      const createdAt = clock.now();
      for (let tries = 1; ; tries++) {
        const key = tries === 1 ? wantedKey : `${wantedKey}-${tries}`;
        if (find(key)) continue;
        const [row] = await db.tx(async (q) => {
          await insertMissing(db.dialect, q, liveChannels, [{ siteId, key, camera, role, path, createdAt }]);
          return q
            .select(columns)
            .from(liveChannels)
            .where(and(ofSite, eq(liveChannels.path, path)));
        });
        // Nothing when another process took the key meanwhile.
        if (row) return remember(row);
      }
    },
    async setStaleAfter(camera, staleAfterSec) {
      await db.tx((q) =>
        q
          .update(liveChannels)
          .set({ staleAfterSec })
          .where(and(ofSite, eq(liveChannels.camera, camera))),
      );
      for (const channel of list()) if (channel.camera === camera) remember({ ...channel, staleAfterSec });
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
