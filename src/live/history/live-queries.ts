import { and, asc, desc, eq, gte, isNull, lt, lte, sql } from 'drizzle-orm';
import type { Keyset } from '../../kernel/db/keyset.ts';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { beginningWith, type TextRange } from '../../kernel/db/text-range.ts';
import { believedAheadMs } from '../../kernel/time/clock.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Db } from '../../schema/db.ts';
import { parseLiveName } from '../live-file-name.ts';
import { isNewer, type LiveChannel, type LiveImage, type LiveRole } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type { LiveRow } from '../recording/record-live-images.ts';
import { createListPage, type ListPage } from './list-page.ts';

/** Longest list of one query. */
export const maxLiveItems = 500;
/** The longest time between the pictures of a pair, when their names hold two times. */
const longestPairMs = 10_000;

/** Filter of a list. `startAt` is inclusive, `endAt` exclusive. Without channels, camera and role all channels are merged. */
export type LiveFilter = {
  channels?: readonly string[];
  camera?: string;
  role?: LiveRole;
  coil?: string;
  startAt?: number;
  endAt?: number;
};

export type CoilSummary = {
  channel: string;
  coil: string;
  imageCount: number;
  firstAt: number;
  lastAt: number;
};

export type LiveQueries = {
  /** Also finds an image whose file is missing. */
  find(id: number): Promise<LiveImage | undefined>;
  latest(channel: string, coil?: string): Promise<LiveImage | undefined>;
  /** Newest first with 'older', oldest first with 'newer'; `from` itself is left out. */
  list(
    filter: LiveFilter,
    page: { limit: number; from?: Keyset; direction?: 'older' | 'newer' },
  ): Promise<LiveImage[]>;
  /** One page by its number, newest first, and the total, which comes from the roll-ups. */
  page(channel: string, asked: Omit<ListPage, 'channelId'>): Promise<{ images: LiveImage[]; total: number }>;
  /** The next older and newer image of the same channel. */
  neighbours(image: LiveImage): Promise<{ older?: LiveImage; newer?: LiveImage }>;
  /** The other picture of the same camera, coil and time. */
  pairOf(image: LiveImage): Promise<LiveImage | undefined>;
  /** Coils with images, latest first; `before` is the `lastAt` of the last coil of the page before. */
  coils(asked: {
    channel: string;
    startsWith?: string;
    before?: number;
    limit: number;
  }): Promise<CoilSummary[]>;
  /** Coils of a channel that begin so, the highest first, in the order of their characters. */
  coilsBeginning(channel: string, beginning: string, limit: number): Promise<CoilSummary[]>;
  /** Number of images of a channel, or of one of its coils. */
  countOf(channel: string, coil?: string): Promise<number>;
  /** The defects that came with an uploaded pair; undefined when none came. */
  defectsOf(image: LiveImage): Promise<unknown>;
};

/** The read side of live images. `wallClock` is that of the site, for the times in names. */
export function createLiveQueries(db: Db, channels: LiveChannels, wallClock: WallClock): LiveQueries {
  const { liveImages, liveCoils, liveChannels, liveDefects } = db.tables;
  const readPage = createListPage(db);
  const toImage = (row: LiveRow) => toLiveImage(row, channels.byId(row.channelId), wallClock);
  const toImages = (rows: readonly LiveRow[]) => rows.flatMap((row) => toImage(row) ?? []);

  const selectChannel = prepared(
    (
      value: Placeholders<
        { channelId: number; limit: number } & Pick<LiveFilter, 'coil' | 'startAt' | 'endAt'> &
          Partial<Keyset>
      >,
      direction: 'older' | 'newer',
    ) => {
      const { coil, startAt, endAt, capturedAt, id } = value;
      const isOlder = direction === 'older';
      const position = sql`(${liveImages.capturedAt}, ${liveImages.id})`;
      const bound = isOlder ? lte : gte;
      const by = isOlder ? desc : asc;
      return db.read
        .select()
        .from(liveImages)
        .where(
          and(
            eq(liveImages.channelId, value.channelId),
            isNull(liveImages.missingAt),
            coil && eq(liveImages.coil, coil),
            startAt && gte(liveImages.capturedAt, startAt),
            endAt && lt(liveImages.capturedAt, endAt),
            // The first condition seeks in the index; the second leaves out the image itself.
            capturedAt && bound(liveImages.capturedAt, capturedAt),
            capturedAt && sql`${position} ${isOlder ? sql`<` : sql`>`} (${capturedAt}, ${id})`,
          ),
        )
        .orderBy(by(liveImages.capturedAt), by(liveImages.id))
        .limit(value.limit);
    },
  );

  /** One channel's part of a list, read along an index. */
  function listChannel(
    channelId: number,
    { coil, startAt, endAt }: LiveFilter,
    { limit, from, direction }: { limit: number; from?: Keyset; direction: 'older' | 'newer' },
  ): Promise<LiveRow[]> {
    const { capturedAt, id } = from ?? {};
    return selectChannel({ channelId, coil, startAt, endAt, capturedAt, id, limit }, direction);
  }

  const selectById = prepared((value: Placeholders<{ id: number }>) =>
    db.read.select().from(liveImages).where(eq(liveImages.id, value.id)),
  );
  const selectCoils = prepared(
    (
      value: Placeholders<{
        channelId: number;
        startsWith?: string;
        length?: number;
        before?: number;
        limit: number;
      }>,
    ) =>
      db.read
        .select()
        .from(liveCoils)
        .where(
          and(
            eq(liveCoils.channelId, value.channelId),
            sql`${liveCoils.coil} <> ''`,
            // Characters instead of a range, because collations differ between databases.
            value.startsWith && sql`substr(${liveCoils.coil}, 1, ${value.length}) = ${value.startsWith}`,
            value.before && lt(liveCoils.lastAt, value.before),
          ),
        )
        .orderBy(desc(liveCoils.lastAt), desc(liveCoils.coil))
        .limit(value.limit),
  );
  const selectCoilRange = prepared((value: Placeholders<TextRange & { channelId: number; limit: number }>) =>
    db.read
      .select()
      .from(liveCoils)
      .where(
        and(
          eq(liveCoils.channelId, value.channelId),
          gte(liveCoils.coil, value.atLeast),
          lt(liveCoils.coil, value.below),
        ),
      )
      .orderBy(desc(liveCoils.coil))
      .limit(value.limit),
  );
  const selectChannelCount = prepared((value: Placeholders<{ id: number }>) =>
    db.read
      .select({ count: liveChannels.imageCount })
      .from(liveChannels)
      .where(eq(liveChannels.id, value.id)),
  );
  const selectCoilCount = prepared((value: Placeholders<{ channelId: number; coil: string }>) =>
    db.read
      .select({ count: liveCoils.imageCount })
      .from(liveCoils)
      .where(and(eq(liveCoils.channelId, value.channelId), eq(liveCoils.coil, value.coil))),
  );
  const selectDefects = prepared(
    (value: Placeholders<{ channelId: number; coil: string; capturedAt: number }>) =>
      db.read
        .select({ data: liveDefects.data })
        .from(liveDefects)
        .where(
          and(
            eq(liveDefects.channelId, value.channelId),
            eq(liveDefects.coil, value.coil),
            eq(liveDefects.capturedAt, value.capturedAt),
          ),
        ),
  );

  function channelsOf({ channels: keys, camera, role }: LiveFilter): LiveChannel[] {
    return channels
      .list()
      .filter(
        (channel) =>
          (keys === undefined || keys.includes(channel.key)) &&
          (camera === undefined || channel.camera === camera) &&
          (role === undefined || channel.role === role),
      );
  }

  const list: LiveQueries['list'] = async (filter, { limit: asked, from, direction = 'older' }) => {
    const limit = Math.min(asked, maxLiveItems);
    const page = { limit, direction, from };
    const lists = await Promise.all(channelsOf(filter).map(({ id }) => listChannel(id, filter, page)));
    const sign = direction === 'older' ? 1 : -1;
    const merged = lists.flat().sort((a, b) => (isNewer(a, b) ? -sign : sign));
    return toImages(merged.slice(0, limit));
  };

  return {
    list,
    async find(id) {
      const [row] = await selectById({ id });
      return row && toImage(row);
    },
    async latest(channel, coil) {
      const [newest] = await list({ channels: [channel], coil }, { limit: 1 });
      return newest;
    },
    async page(channel, asked) {
      const found = channels.find(channel);
      if (!found) return { images: [], total: 0 };
      const { rows, total } = await readPage({ ...asked, channelId: found.id });
      return { images: toImages(rows), total };
    },
    async neighbours({ channel, capturedAt, id }) {
      const next = async (direction: 'older' | 'newer') => {
        const [image] = await list(
          { channels: [channel] },
          { limit: 1, from: { capturedAt, id }, direction },
        );
        return image;
      };
      const [older, newer] = await Promise.all([next('older'), next('newer')]);
      return { older, newer };
    },
    async pairOf(image) {
      const { camera, role, coil, capturedAt } = image;
      if (image.kind !== 'live') return undefined;
      const candidates = await list(
        {
          camera,
          role: role === 'original' ? 'labeled' : 'original',
          coil: coil ?? '',
          startAt: capturedAt - longestPairMs,
          endAt: capturedAt + longestPairMs + 1,
        },
        { limit: maxLiveItems },
      );
      return pickPair(image, candidates);
    },
    async coils({ channel, startsWith, before, limit }) {
      const found = channels.find(channel);
      if (!found) return [];
      const rows = await selectCoils({
        channelId: found.id,
        startsWith: startsWith || undefined,
        length: startsWith ? [...startsWith].length : undefined,
        before,
        limit: Math.min(limit, maxLiveItems),
      });
      return rows.map(({ channelId: _, ...row }) => ({ channel, ...row }));
    },
    async coilsBeginning(channel, beginning, limit) {
      const found = channels.find(channel);
      if (!found || beginning === '') return [];
      const rows = await selectCoilRange({
        channelId: found.id,
        ...beginningWith(beginning),
        limit: Math.min(limit, maxLiveItems),
      });
      return rows.map(({ channelId: _, ...row }) => ({ channel, ...row }));
    },
    async countOf(channel, coil) {
      const id = channels.find(channel)?.id;
      if (id === undefined) return 0;
      const [row] = await (coil === undefined
        ? selectChannelCount({ id })
        : selectCoilCount({ channelId: id, coil }));
      return row?.count ?? 0;
    },
    async defectsOf({ camera, coil, capturedAt }) {
      const original = channels.list().find((one) => one.camera === camera && one.role === 'original');
      if (!original) return undefined;
      const [row] = await selectDefects({ channelId: original.id, coil: coil ?? '', capturedAt });
      return row?.data;
    },
  };
}

/** A row as a live image; undefined when its channel is not known here. `wallClock` is that of the site. */
export function toLiveImage(
  row: LiveRow,
  channel: LiveChannel | undefined,
  wallClock: WallClock,
): LiveImage | undefined {
  if (!channel) return undefined;
  const { id, revision, name, capturedAt, coil, sizeBytes, modifiedAt, foundAt, missingAt } = row;
  return {
    id,
    revision,
    name,
    capturedAt,
    sizeBytes,
    modifiedAt,
    foundAt,
    clockAheadMs: clockAheadMs(row, wallClock),
    missingAt,
    kind: 'live',
    channel: channel.key,
    camera: channel.camera,
    role: channel.role,
    coil: coil === '' ? null : coil,
    part: null,
    verdict: null,
  };
}

/** A row counts for another time than it claims only where that lies far ahead of when it was found. */
function clockAheadMs(
  { name, capturedAt, modifiedAt }: Pick<LiveRow, 'name' | 'capturedAt' | 'modifiedAt'>,
  wallClock: WallClock,
): number {
  const claimedAt = parseLiveName(name, wallClock).capturedAt ?? modifiedAt ?? capturedAt;
  return claimedAt - capturedAt > believedAheadMs ? claimedAt - capturedAt : 0;
}

/**
 * Of the pictures of the same coil, the one taken at the same time: with the same date or epoch in its name, or at the
 * same instant; of several the nearest.
 */
function pickPair(image: LiveImage, candidates: readonly LiveImage[]): LiveImage | undefined {
  const timeOf = ({ name }: LiveImage) =>
    /^(\d{14})_/.exec(name)?.[1] ?? /_([1-9]\d{12})[_.]/.exec(name)?.[1];
  const time = timeOf(image);
  const distance = (other: LiveImage) => Math.abs(other.capturedAt - image.capturedAt);
  const fitting = candidates.filter(
    (other) => distance(other) === 0 || (time !== undefined && timeOf(other) === time),
  );
  return fitting.sort((a, b) => distance(a) - distance(b))[0];
}
