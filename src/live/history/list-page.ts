import { and, count, desc, eq, gte, isNull, lt, sum } from 'drizzle-orm';
import { hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveRow } from '../recording/record-live-images.ts';
import { type Stretch, seekPage } from './seek-page.ts';

/** A page of a channel's images by its number, from 1. `startAt` is inclusive, `endAt` exclusive. */
export type ListPage = {
  channelId: number;
  page: number;
  limit: number;
  coil?: string;
  startAt?: number;
  endAt?: number;
};

type Window = { startAt?: number; endAt?: number };

/** Up to this offset, skipping rows is faster than reading the hours. */
const nearRows = 2_000;

/**
 * Reads pages by number, newest first, as contract S5 has them. The total and the position of a far page come from the
 * hourly counts; rows are read only on the page itself and in the two hours that the ends of a window cut.
 */
export function createListPage(db: Db): (asked: ListPage) => Promise<{ rows: LiveRow[]; total: number }> {
  const { liveImages, liveHours } = db.tables;

  function rowsOf({ channelId, coil }: ListPage, { startAt, endAt }: Window) {
    return and(
      eq(liveImages.channelId, channelId),
      isNull(liveImages.missingAt),
      coil === undefined ? undefined : eq(liveImages.coil, coil),
      startAt === undefined ? undefined : gte(liveImages.capturedAt, startAt),
      endAt === undefined ? undefined : lt(liveImages.capturedAt, endAt),
    );
  }

  /** Hours that lie completely in the window. */
  function hoursOf({ channelId, coil, startAt, endAt }: ListPage) {
    return and(
      eq(liveHours.channelId, channelId),
      coil === undefined ? undefined : eq(liveHours.coil, coil),
      startAt === undefined ? undefined : gte(liveHours.startAt, ceilHour(startAt)),
      endAt === undefined ? undefined : lt(liveHours.startAt, floorHour(endAt)),
    );
  }

  async function countRows(asked: ListPage, window: Window): Promise<number> {
    const [row] = await db.read.select({ count: count() }).from(liveImages).where(rowsOf(asked, window));
    return row?.count ?? 0;
  }

  /** The parts of the window before and after its whole hours, with their counts. */
  async function readEdges(asked: ListPage): Promise<Stretch[]> {
    const edges = edgesOf(asked);
    return Promise.all(edges.map(async (edge) => ({ ...edge, count: await countRows(asked, edge) })));
  }

  async function readTotal(asked: ListPage): Promise<number> {
    const [hours] = await db.read
      .select({ count: sum(liveHours.imageCount).mapWith(Number) })
      .from(liveHours)
      .where(hoursOf(asked));
    const edges = await readEdges(asked);
    return edges.reduce((total, edge) => total + edge.count, hours?.count ?? 0);
  }

  async function readStretches(asked: ListPage): Promise<Stretch[]> {
    const hours = await db.read
      .select({ startAt: liveHours.startAt, count: sum(liveHours.imageCount).mapWith(Number) })
      .from(liveHours)
      .where(hoursOf(asked))
      .groupBy(liveHours.startAt);
    const whole = hours.map((hour) => ({ ...hour, endAt: hour.startAt + hourMs }));
    return [...whole, ...(await readEdges(asked))].sort((a, b) => b.startAt - a.startAt);
  }

  async function seek(
    asked: ListPage,
    offset: number,
  ): Promise<{ window: Window; skip: number } | undefined> {
    if (offset <= nearRows) return { window: asked, skip: offset };
    const found = seekPage(await readStretches(asked), offset, asked.limit);
    return found && { window: { startAt: found.last.startAt, endAt: found.first.endAt }, skip: found.skip };
  }

  return async (asked) => {
    const total = await readTotal(asked);
    const offset = (asked.page - 1) * asked.limit;
    const found = offset < total ? await seek(asked, offset) : undefined;
    if (!found) return { rows: [], total };
    const rows = await db.read
      .select()
      .from(liveImages)
      .where(rowsOf(asked, found.window))
      .orderBy(desc(liveImages.capturedAt), desc(liveImages.id))
      .limit(asked.limit)
      .offset(found.skip);
    return { rows, total };
  };
}

/** The parts of a window outside its whole UTC hours. */
function edgesOf({ startAt, endAt }: Window): { startAt: number; endAt: number }[] {
  const end = endAt ?? Number.POSITIVE_INFINITY;
  if (startAt !== undefined && end <= startAt) return [];
  // Both ends within one hour: no whole hour, and one edge.
  if (startAt !== undefined && end <= ceilHour(startAt)) return [{ startAt, endAt: end }];
  const edges: { startAt: number; endAt: number }[] = [];
  if (startAt !== undefined && ceilHour(startAt) > startAt) edges.push({ startAt, endAt: ceilHour(startAt) });
  if (endAt !== undefined && floorHour(endAt) < endAt) edges.push({ startAt: floorHour(endAt), endAt });
  return edges;
}

function floorHour(at: number): number {
  return Math.floor(at / hourMs) * hourMs;
}

function ceilHour(at: number): number {
  return Math.ceil(at / hourMs) * hourMs;
}
