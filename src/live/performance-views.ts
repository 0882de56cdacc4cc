/** Figures → what the Performance page prints (template `live/performance`, data PerformancePage). */
import type { FeedStats } from './feed.ts';
import { cameraHref } from './links.ts';
import type { ChannelFigures } from './measures.ts';
import type { LiveCamera, LiveRole } from './model.ts';
import { type PictureState, pictureState } from './picture-state.ts';

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

/** How quickly variants of live images are drawn; null where that is not measured. */
export type DrawTimes = { p50: number; p99: number } | null;

export type PerformancePage = {
  feed: FeedStats;
  drawMs: DrawTimes;
  rows: PerformanceRow[];
  moreCount: number;
  here: string;
};

/** Stations can be thousands; the page reads well up to this many lines. */
const maxRows = 200;

/** The Performance page: what is wrong first, then in the order of the wall. */
export function performanceView(
  cameras: readonly LiveCamera[],
  rest: {
    now: number;
    feed: FeedStats;
    drawMs: DrawTimes;
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
  const isWrong = ({ state }: PerformanceRow) => state === 'offline' || state === 'silent';
  const ordered = [...rows.filter(isWrong), ...rows.filter((row) => !isWrong(row))];
  return {
    ...{ feed: rest.feed, drawMs: rest.drawMs },
    rows: ordered.slice(0, maxRows),
    moreCount: Math.max(0, ordered.length - maxRows),
    here: '/live/performance',
  };
}
