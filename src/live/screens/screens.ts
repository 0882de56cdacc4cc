import type { Events } from '../../events.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { createLiveFeed, type FeedSource, type LiveFeed } from './feed.ts';
import { createLiveMeasures, type LiveFigures, type LiveMeasures } from './measures.ts';

/** The viewers of live images, and how quickly images reach them. */
export type LiveScreens = {
  feed: LiveFeed;
  measures: LiveMeasures;
  /** Newest images published since the start, their rate and delay lately, and the feed's viewers. */
  totals(): { images: number; viewers: number; skipped: number } & LiveFigures;
  /** Publishes a newest image to viewers, then counts it. */
  onImage(event: Events['live.image']): void;
};

/** Opens the feed of a process. */
export function openScreens(options: {
  source: FeedSource;
  clock: Clock;
  version: string;
  pingEveryMs: number;
}): LiveScreens {
  const { source, clock, version, pingEveryMs } = options;
  const feed = createLiveFeed({ source, clock, version, pingEveryMs });
  const measures = createLiveMeasures(clock);
  let images = 0;
  return {
    feed,
    measures,
    totals: () => ({ images, ...feed.stats(), ...measures.readAll() }),
    onImage: (event) => {
      feed.publishImage(event);
      const image = event.isNewest ? source.current.latest(event.channel) : undefined;
      if (!image) return;
      images += 1;
      measures.note(image);
    },
  };
}

/** The events of live images that viewers are notified of. */
export function screenReactions(screens: LiveScreens) {
  const publishCameras = [() => screens.feed.publishCameras()];
  return {
    'live.image': [(event: Events['live.image']) => screens.onImage(event)],
    'live.removed': [(event: Events['live.removed']) => screens.feed.publishRemoval(event)],
    'live.silent': publishCameras,
    'live.resumed': publishCameras,
    'live.changed': publishCameras,
  };
}
