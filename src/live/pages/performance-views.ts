/** Figures → what the Performance page prints (template `live/performance`, data PerformancePage). */

import {
  ascending,
  descending,
  readSort,
  type SortableTable,
  type SortHead,
  sortHeads,
  sortQuery,
  sortRows,
} from '../../kernel/http/table-sort.ts';
import type { DrawTime } from '../../kernel/images/thumbnails/draw-times.ts';
import { isLadder } from '../../kernel/images/thumbnails/thumbnail.ts';
import { pageHref } from '../../plant/links.ts';
import { cameraHref } from '../camera-links.ts';
import type { LiveCamera, LiveRole } from '../model.ts';
import { type PictureState, pictureState } from '../newest/picture-state.ts';
import type { FeedStats } from '../screens/feed.ts';
import type { ChannelFigures } from '../screens/measures.ts';

export type PerformanceRow = {
  name: string;
  role: LiveRole | null;
  href: string;
  state: PictureState;
  figures: ChannelFigures;
  viewers: number;
  newestAt: number | null;
  usualIntervalMs: number | null;
};

/** Recent drawing times of one width and format, ms. */
export type DrawRow = { width: number; format: 'WebP' | 'JPEG'; p50Ms: number; p95Ms: number; count: number };

export type PerformancePage = {
  feed: FeedStats;
  drawn: DrawRow[];
  rows: readonly PerformanceRow[];
  heads: Record<string, SortHead>;
  moreCount: number;
  here: string;
};

/** There can be thousands of stations; the page stays readable up to this many rows. */
const maxRows = 200;

const isWrong = ({ state }: PerformanceRow) => state === 'offline' || state === 'silent';

const cameraTable: SortableTable<PerformanceRow> = {
  name: 'cameras',
  columns: {
    camera: ascending(({ name }) => name),
    state: ascending((row) => (isWrong(row) ? 0 : 1)),
    newest: descending(({ newestAt }) => newestAt),
    usual: descending(({ usualIntervalMs }) => usualIntervalMs),
    rate: descending(({ figures }) => figures.perSecond),
    announced: descending(({ figures }) => figures.deliveryMs?.p99 ?? null),
    size: descending(({ figures }) => figures.sizeBytes),
    viewers: descending(({ viewers }) => viewers),
  },
  usual: { column: 'state', isDescending: false },
};

/** The Performance page: faulty cameras first, then in the order of the wall, unless `search` asks for another order. */
export function performanceView(
  cameras: readonly LiveCamera[],
  rest: {
    now: number;
    search: URLSearchParams;
    feed: FeedStats;
    drawTimes: readonly DrawTime[];
    figuresOf: (channel: string) => ChannelFigures;
    viewersOf: (channel: string) => number;
  },
): PerformancePage {
  const rows = cameras.flatMap((camera) =>
    (['original', 'labeled'] as const).flatMap((role): PerformanceRow[] => {
      const channel = camera.channels[role];
      if (channel === undefined) return [];
      const image = camera.newest[role];
      return [
        {
          name: camera.name,
          role: camera.channels.original && camera.channels.labeled ? role : null,
          href: cameraHref(camera.key),
          state: pictureState(camera, image, rest.now),
          figures: rest.figuresOf(channel),
          viewers: rest.viewersOf(channel),
          newestAt: image?.capturedAt ?? null,
          usualIntervalMs: camera.usualIntervalMs,
        },
      ];
    }),
  );
  const sort = readSort(rest.search, [cameraTable]);
  const hrefOf = (more: Record<string, string>) => pageHref('/live/performance', {}, more);
  const ordered = [...rows.filter(isWrong), ...rows.filter((row) => !isWrong(row))];
  return {
    feed: rest.feed,
    drawn: rest.drawTimes.filter(isLadder).map(drawRow),
    rows: sortRows(ordered.slice(0, maxRows), cameraTable, sort),
    heads: sortHeads(cameraTable, sort, hrefOf),
    moreCount: Math.max(0, ordered.length - maxRows),
    here: hrefOf(sortQuery(sort)),
  };
}

function drawRow({ width, type, p50Ms, p95Ms, count }: DrawTime): DrawRow {
  return { width, format: type === 'image/webp' ? 'WebP' : 'JPEG', p50Ms, p95Ms, count };
}
