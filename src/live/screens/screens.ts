import type { Events } from '../../events.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { createLiveFeed, type FeedSource, type LiveFeed } from './feed.ts';
import { createLiveMeasures, type LiveMeasures, type LivePace } from './measures.ts';

/** Everybody who looks at live images, and how well they are served. */
export type LiveScreens = {
  feed: LiveFeed;
  measures: LiveMeasures;
  /** Newest images told since the start, how they came lately, and what the feed says of its viewers. */
  totals(): { images: number; viewers: number; skipped: number } & LivePace;
  /** What happens when a newest image came: viewers are told, then it is counted. */
  onImage(event: Events['live.image']): void;
};

/** Opens the feed of a process; `source` is asked only once something happens. */
export function openScreens(options: {
  source: FeedSource;
  clock: Clock;
  version: string;
  pingEveryMs: number;
}): LiveScreens {
  const feed = createLiveFeed(options);
  const measures = createLiveMeasures(options.clock);
  let images = 0;
  return {
    feed,
    measures,
    totals: () => ({ images, ...feed.stats(), ...measures.readAll() }),
    onImage: (event) => {
      feed.announce(event);
      const image = event.isNewest ? options.source.current.latest(event.channel) : undefined;
      if (!image) return;
      images += 1;
      measures.note(image);
    },
  };
}

/** What of live images is told to those who look at them. */
export function screenReactions(screens: () => LiveScreens) {
  const tellCameras = [() => screens().feed.tellCameras()];
  return {
    'live.image': [(event: Events['live.image']) => screens().onImage(event)],
    'live.removed': [(event: Events['live.removed']) => screens().feed.withdraw(event)],
    'live.silent': tellCameras,
    'live.resumed': tellCameras,
    'live.changed': tellCameras,
  };
}
