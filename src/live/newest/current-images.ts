import { and, desc, eq, isNull } from 'drizzle-orm';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Db } from '../../schema/db.ts';
import { toLiveImage } from '../history/live-queries.ts';
import type { LiveChannel, LiveImage } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type { RecordedRows } from '../recording/record-live-images.ts';
import { isLater } from './picture-state.ts';

/** Coils of a channel whose newest image is kept in memory. */
export const maxCurrentCoils = 50;
/** Most images of one instant that are compared to find the newest of them. */
const maxTies = 200;
/** Images with the latest times that are compared: those from a clock ahead of ours are not the newest for that. */
const maxAhead = 50;

/** A change that viewers see: another newest image of a channel, or of one of its coils alone. */
export type CurrentChange =
  | { kind: 'image'; image: LiveImage; isNewest: boolean }
  | { kind: 'removed'; channel: string; camera: string; coils: string[]; isNewest: boolean };

/** The newest image of every channel and of its recent coils, in memory. A restart loads it from the database. */
export type CurrentImages = {
  latest(channel: string, coil?: string): LiveImage | undefined;
  /** The newest image of a channel or coil, by its id. */
  find(id: number): LiveImage | undefined;
  /** Every channel of a folder, in the order of discovery, with its recent coils, newest first. */
  list(): { channel: string; newest: LiveImage | undefined; coils: { coil: string; newest: LiveImage }[] }[];
  /** Loads a channel again and returns what changed for viewers. */
  load(channel: LiveChannel): Promise<CurrentChange[]>;
  /** Takes in recorded rows and returns what changed for viewers. */
  apply(recorded: Omit<RecordedRows, 'added'>): Promise<CurrentChange[]>;
  /** A channel is removed. */
  forget(channel: string): void;
  /** Sets the newest inspection of a station, shown as a camera's image; true when it is another one than before. */
  putStation(image: LiveImage): boolean;
};

type Newest = { newest: LiveImage | undefined; coils: Map<string, LiveImage> };

/** `wallClock` is that of the site, for the times in names. */
export function createCurrentImages(db: Db, channels: LiveChannels, wallClock: WallClock): CurrentImages {
  const { liveImages, liveCoils } = db.tables;
  const newestOf = new Map<string, Newest>();
  const entry = (channel: string): Newest => {
    const known = newestOf.get(channel) ?? { newest: undefined, coils: new Map() };
    newestOf.set(channel, known);
    return known;
  };

  async function read(channel: LiveChannel): Promise<Newest> {
    const there = and(eq(liveImages.channelId, channel.id), isNull(liveImages.missingAt));
    const rows = await db.read
      .select()
      .from(liveImages)
      .where(there)
      .orderBy(desc(liveImages.capturedAt), desc(liveImages.id))
      .limit(maxAhead);
    const ofCoils = await db.read
      .select({ image: liveImages })
      .from(liveCoils)
      .innerJoin(
        liveImages,
        and(
          eq(liveImages.channelId, liveCoils.channelId),
          eq(liveImages.coil, liveCoils.coil),
          eq(liveImages.capturedAt, liveCoils.lastAt),
          isNull(liveImages.missingAt),
        ),
      )
      .where(eq(liveCoils.channelId, channel.id))
      .orderBy(desc(liveCoils.lastAt))
      .limit(maxCurrentCoils + maxTies);
    const latest = rows.flatMap((row) => toLiveImage(row, channel, wallClock) ?? []);
    const now: Newest = {
      newest: latest.reduce<LiveImage | undefined>((a, b) => (isLater(b, a) ? b : a), undefined),
      coils: new Map(),
    };
    for (const { image } of ofCoils) {
      const found = toLiveImage(image, channel, wallClock);
      if (found) putCoil(now, found);
    }
    return now;
  }

  async function reload(channel: LiveChannel): Promise<CurrentChange[]> {
    const before = entry(channel.key);
    const now = await read(channel);
    newestOf.set(channel.key, now);
    return compare(channel, before, now);
  }

  return {
    latest: (channel, coil) => {
      const known = newestOf.get(channel);
      return coil === undefined ? known?.newest : known?.coils.get(coil);
    },
    find: (id) => {
      for (const { newest, coils } of newestOf.values()) {
        if (newest?.kind === 'inspection') continue;
        if (newest?.id === id) return newest;
        for (const image of coils.values()) if (image.id === id) return image;
      }
      return undefined;
    },
    list: () =>
      channels.list().map(({ key }) => {
        const { newest, coils } = entry(key);
        const recent = [...coils].sort(([, a], [, b]) => (isLater(a, b) ? -1 : 1));
        return { channel: key, newest, coils: recent.map(([coil, image]) => ({ coil, newest: image })) };
      }),
    load: reload,
    async apply({ channelId, rows, gone }) {
      const channel = channels.byId(channelId);
      if (!channel) return [];
      const known = entry(channel.key);
      const images = rows.flatMap((row) => toLiveImage(row, channel, wallClock) ?? []);
      // When a newest image is gone, or was overwritten with an older one, another image becomes the newest.
      const isShown = (id: number) =>
        known.newest?.id === id || [...known.coils.values()].some((image) => image.id === id);
      const movedBack = images.some(({ id, revision }) => revision > 0 && isShown(id));
      if (movedBack || gone.some(({ id }) => isShown(id))) return reload(channel);
      return images
        .sort((a, b) => (isLater(a, b) ? 1 : -1))
        .flatMap((image): CurrentChange[] => {
          const isNewest = isLater(image, known.newest);
          if (isNewest) known.newest = image;
          const isNewestOfCoil = putCoil(known, image);
          return isNewest || isNewestOfCoil ? [{ kind: 'image', image, isNewest }] : [];
        });
    },
    forget: (channel) => void newestOf.delete(channel),
    putStation(image) {
      const known = entry(image.channel);
      if (known.newest?.id === image.id && known.newest.revision === image.revision) return false;
      known.newest = image;
      return true;
    },
  };
}

/** Keeps the image if it is its coil's newest and its coil is among the recent ones; true if so. */
function putCoil({ coils }: Newest, image: LiveImage): boolean {
  if (image.coil === null) return false;
  const before = coils.get(image.coil);
  if (before && !isLater(image, before)) return false;
  if (!before && coils.size >= maxCurrentCoils) {
    const [oldest] = [...coils].sort(([, a], [, b]) => (isLater(a, b) ? 1 : -1));
    if (!oldest || !isLater(image, oldest[1])) return false;
    coils.delete(oldest[0]);
  }
  coils.set(image.coil, image);
  return true;
}

function compare({ key, camera }: LiveChannel, before: Newest, now: Newest): CurrentChange[] {
  const isSame = (a: LiveImage | undefined, b: LiveImage | undefined) =>
    a?.id === b?.id && a?.revision === b?.revision;
  const coils = [...before.coils.keys()].filter((coil) => !now.coils.has(coil));
  const isNewest = before.newest !== undefined && now.newest === undefined;
  const changes: CurrentChange[] = [];
  if (coils.length > 0 || isNewest) changes.push({ kind: 'removed', channel: key, camera, coils, isNewest });
  if (now.newest && !isSame(before.newest, now.newest))
    changes.push({ kind: 'image', image: now.newest, isNewest: true });
  for (const [coil, image] of now.coils) {
    if (!isSame(before.coils.get(coil), image) && image.id !== now.newest?.id)
      changes.push({ kind: 'image', image, isNewest: false });
  }
  return changes;
}
