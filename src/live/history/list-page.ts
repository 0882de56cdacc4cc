import { and, count, desc, eq, gte, isNull, lt, sum } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
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
/** A window of one channel, or of one coil in it. */
type ListStretch = Window & { channelId: number; coil?: string };

/** Up to this offset, skipping rows is faster than reading the hours. */
const nearRows = 2_000;

/**
 * Reads pages by number, newest first, as contract S5 has them. The total and the position of a far page come from the
 * hourly counts; rows are read only on the page itself and in the two hours that the ends of a window cut.
 */
export function createListPage(db: Db): (asked: ListPage) => Promise<{ rows: LiveRow[]; total: number }> {
  const { liveImages, liveHours } = db.tables;

  function rowsOf({ channelId, coil, startAt, endAt }: Placeholders<ListStretch>) {
    return and(
      eq(liveImages.channelId, channelId),
      isNull(liveImages.missingAt),
      coil && eq(liveImages.coil, coil),
      startAt && gte(liveImages.capturedAt, startAt),
      endAt && lt(liveImages.capturedAt, endAt),
    );
  }

  function hoursOf({ channelId, coil, startAt, endAt }: Placeholders<ListStretch>) {
    return and(
      eq(liveHours.channelId, channelId),
      coil && eq(liveHours.coil, coil),
      startAt && gte(liveHours.startAt, startAt),
      endAt && lt(liveHours.startAt, endAt),
    );
  }

  const selectCount = prepared((value: Placeholders<ListStretch>) =>
    db.read.select({ count: count() }).from(liveImages).where(rowsOf(value)),
  );
  const sumHours = prepared((value: Placeholders<ListStretch>) =>
    db.read
      .select({ count: sum(liveHours.imageCount).mapWith(Number) })
      .from(liveHours)
      .where(hoursOf(value)),
  );
  const listHours = prepared((value: Placeholders<ListStretch>) =>
    db.read
      .select({ startAt: liveHours.startAt, count: sum(liveHours.imageCount).mapWith(Number) })
      .from(liveHours)
      .where(hoursOf(value))
      .groupBy(liveHours.startAt),
  );
  const selectPage = prepared((value: Placeholders<ListStretch & { limit: number; offset: number }>) =>
    db.read
      .select()
      .from(liveImages)
      .where(rowsOf(value))
      .orderBy(desc(liveImages.capturedAt), desc(liveImages.id))
      .limit(value.limit)
      .offset(value.offset),
  );

  async function countRows({ channelId, coil }: ListPage, { startAt, endAt }: Window): Promise<number> {
    const [row] = await selectCount({ channelId, coil, startAt, endAt });
    return row?.count ?? 0;
  }

  /** The parts of the window before and after its whole hours, with their counts. */
  async function readEdges(asked: ListPage): Promise<Stretch[]> {
    const edges = edgesOf(asked);
    return Promise.all(edges.map(async (edge) => ({ ...edge, count: await countRows(asked, edge) })));
  }

  async function readTotal(asked: ListPage): Promise<number> {
    const [hours] = await sumHours(wholeHoursOf(asked));
    const edges = await readEdges(asked);
    return edges.reduce((total, edge) => total + edge.count, hours?.count ?? 0);
  }

  async function readStretches(asked: ListPage): Promise<Stretch[]> {
    const hours = await listHours(wholeHoursOf(asked));
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
    const { startAt, endAt } = found.window;
    const { channelId, coil, limit } = asked;
    const rows = await selectPage({ channelId, coil, startAt, endAt, limit, offset: found.skip });
    return { rows, total };
  };
}

/** Hours that lie completely in the window. */
function wholeHoursOf({ channelId, coil, startAt, endAt }: ListPage): ListStretch {
  return {
    channelId,
    coil,
    startAt: startAt === undefined ? undefined : ceilHour(startAt),
    endAt: endAt === undefined ? undefined : floorHour(endAt),
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
