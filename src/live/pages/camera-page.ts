import type { Keyset } from '../../kernel/db/keyset.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { LiveCamera, LiveImage, LiveRole } from '../model.ts';
import type { CameraQuery } from './camera-query.ts';
import { type CameraFacts, type CameraPage, cameraView } from './camera-views.ts';
import { defectView } from './defect-table.ts';
import type { FeedSettings } from './wall-views.ts';

/** Pictures in the history strip. */
const stripLength = 24;
/** How many of them are newer than the one shown. */
const newerInStrip = 11;

export type ListPage = { limit: number; from?: Keyset; direction?: 'older' | 'newer' };

/** The reads of a camera's page. `list` reads one channel, also of a station; for a station `coil` is the part. */
export type HistoryReads = {
  latest(channel: string, coil?: string): Promise<LiveImage | undefined>;
  list(
    channel: string,
    filter: { coil?: string; startAt?: number; endAt?: number },
    page: ListPage,
  ): Promise<LiveImage[]>;
  pairOf(image: LiveImage): Promise<LiveImage | undefined>;
  coils(channel: string): Promise<string[]>;
  defectsOf(image: LiveImage): Promise<unknown>;
};

/** Reads the page of one camera: its newest image, or one of its history. */
export async function readCameraPage(
  camera: LiveCamera,
  query: CameraQuery,
  deps: { reads: HistoryReads; wallClock: WallClock; now: number; feed: FeedSettings; isDemo: boolean },
): Promise<CameraPage> {
  const { reads, wallClock, now } = deps;
  const role: LiveRole = camera.channels.original === undefined ? 'labeled' : 'original';
  const channel = camera.channels[role] ?? '';
  const filter = { coil: query.coil ?? undefined };
  const image = await findImage(reads, channel, query);
  const facts: CameraFacts = {
    camera,
    role,
    channel,
    query,
    image: image ?? null,
    now,
    pictures: await readPictures(reads, camera, role, image, query),
    strip: image ? await readStrip(reads, channel, filter, image, query.at !== null) : [],
    day: image ? await readDay(reads, channel, filter, image, wallClock) : null,
    coils: await reads.coils(channel),
    defects: await readDefects(reads, image),
  };
  return cameraView(facts, { wallClock, feed: deps.feed, isDemo: deps.isDemo });
}

/** The newest image at or before the keyset, else the first one after it. */
async function findImage(
  reads: HistoryReads,
  channel: string,
  { at, coil }: CameraQuery,
): Promise<LiveImage | undefined> {
  const filter = { coil: coil ?? undefined };
  if (at === null) return reads.latest(channel, coil ?? undefined);
  const from = { capturedAt: at.capturedAt, id: Math.min(Number.MAX_SAFE_INTEGER, at.id + 1) };
  const [before] = await reads.list(channel, filter, { limit: 1, from, direction: 'older' });
  if (before) return before;
  const [after] = await reads.list(channel, filter, { limit: 1, from, direction: 'newer' });
  return after;
}

/** Both pictures: now the newest of each, in the past the two of the same instant. */
async function readPictures(
  reads: HistoryReads,
  camera: LiveCamera,
  role: LiveRole,
  image: LiveImage | undefined,
  { at, coil }: CameraQuery,
): Promise<Partial<Record<LiveRole, LiveImage>>> {
  const other: LiveRole = role === 'original' ? 'labeled' : 'original';
  const otherChannel = camera.channels[other];
  if (image === undefined) return {};
  if (otherChannel === undefined) return { [role]: image };
  const second =
    at === null ? await reads.latest(otherChannel, coil ?? undefined) : await reads.pairOf(image);
  return { [role]: image, [other]: second };
}

/** The images around this one, newest first; for the newest image now, the ones before it. */
async function readStrip(
  reads: HistoryReads,
  channel: string,
  filter: { coil?: string },
  image: LiveImage,
  isPast: boolean,
): Promise<LiveImage[]> {
  const newer = isPast
    ? await reads.list(channel, filter, { limit: newerInStrip, from: image, direction: 'newer' })
    : [];
  const limit = stripLength - 1 - newer.length;
  const older = await reads.list(channel, filter, { limit, from: image, direction: 'older' });
  return [...newer.toReversed(), image, ...older];
}

/** The first and last image of the same day: the ends of the scrubber. */
async function readDay(
  reads: HistoryReads,
  channel: string,
  filter: { coil?: string },
  image: LiveImage,
  wallClock: WallClock,
): Promise<{ firstAt: number; lastAt: number }> {
  const day = {
    ...filter,
    startAt: wallClock.startOfDay(image.capturedAt),
    endAt: wallClock.startOfDay(image.capturedAt, 1),
  };
  const [last] = await reads.list(channel, day, { limit: 1, direction: 'older' });
  const [first] = await reads.list(channel, day, { limit: 1, direction: 'newer' });
  return { firstAt: (first ?? image).capturedAt, lastAt: (last ?? image).capturedAt };
}

async function readDefects(
  reads: HistoryReads,
  image: LiveImage | undefined,
): Promise<CameraFacts['defects']> {
  const data = image && (await reads.defectsOf(image));
  return data === undefined || data === null ? null : defectView(data);
}
