import { AppError } from '../../kernel/errors.ts';
import type { Socket, SocketHandlers } from '../../kernel/http/server/kept-socket.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { LiveCamera } from '../model.ts';
import { createCameraStates } from './camera-states.ts';
import { createOutbox, type Outbox } from './newest-wins-outbox.ts';
import {
  type CurrentReader,
  currentData,
  currentImages,
  errorMessage,
  imageUpdate,
  message,
  pingMessage,
} from './screen-messages.ts';
import { changeSubscription, type Subscription } from './subscription.ts';

/** Where a feed reads the newest images and the cameras. */
export type FeedSource = { current: CurrentReader; cameras(): LiveCamera[] };

export type FeedStats = {
  viewers: number;
  /** Messages that a slow viewer was never sent, because a newer one replaced them. */
  skipped: number;
};

/** The viewers of live images and the messages they are sent. */
export type LiveFeed = {
  /** Connects a viewer and sends it the newest images at once. */
  join(socket: Socket, wanted: Subscription): SocketHandlers;
  /** There is another newest image, of a channel or of one of its coils only. */
  publishImage(image: { channel: string; coil: string | null; isNewest: boolean }): void;
  /** A channel has no image any more, or none of these coils. */
  publishRemoval(gone: { channel: string; coils: readonly string[] }): void;
  /** A camera became silent, resumed, was added or removed, or its folder went offline or online. */
  publishCameras(): void;
  /** The first message that a viewer would be sent, for clients that ask over HTTP. */
  snapshot(wanted: Subscription): string;
  /** Viewers of a channel now. */
  viewersOf(channel: string): number;
  stats(): FeedStats;
};

type Viewer = {
  wanted: Subscription;
  outbox: Outbox;
  /** The states of its cameras, as last sent. */
  cameras: string;
};

/** Keys of an outbox: the images of each channel, `cameras` for their states, and one for each other kind of message. */
const imageKey = (channel: string) => `image ${channel}`;

/**
 * Opens the feed. `version` identifies the running code: our own pages reload when it changes. Own pages that ask for it
 * are sent a ping message every `pingEveryMs`.
 */
export function createLiveFeed(options: {
  source: FeedSource;
  clock: Clock;
  version: string;
  pingEveryMs: number;
}): LiveFeed {
  const { source, clock, version, pingEveryMs } = options;
  const viewers = new Set<Viewer>();
  const cameraStates = createCameraStates(source.cameras);
  const published = createPublishedNewest(source.current);
  let skipped = 0;

  /** Clients of S5 are sent no states: nothing is listed for them. */
  const statesFor = (wanted: Subscription) => (wanted.isDetailed ? cameraStates.followedBy(wanted).text : '');

  function snapshot(wanted: Subscription): string {
    const now = clock.now();
    if (!wanted.isDetailed) return currentImages(source.current, wanted, now);
    const { data: cameras, set } = cameraStates.followedBy(wanted);
    return message('current_images', currentData(source.current, wanted), now, { cameras, set, version });
  }

  /** Sends a channel's newest image to its viewers; `coils` are those whose newest image may have changed. */
  function sendImage(channel: string, coils: readonly string[], isNewest: boolean): void {
    const texts = new Map<string, string>();
    for (const { wanted, outbox } of viewers) {
      if (!isFollowed(wanted, channel)) continue;
      if (!(wanted.coil === null ? isNewest : coils.includes(wanted.coil))) continue;
      const variant = `${wanted.isDetailed} ${wanted.coil ?? ''}`;
      let text = texts.get(variant);
      if (text === undefined) {
        const image = source.current.latest(channel, wanted.coil ?? undefined);
        text = imageUpdate(channel, image, wanted.isDetailed, clock.now());
        texts.set(variant, text);
      }
      outbox.put(imageKey(channel), text);
    }
  }

  function publishCameras(): void {
    const detailed = [...viewers].filter(({ wanted }) => wanted.isDetailed);
    if (detailed.length === 0) {
      // The next viewer must not be shown the states of before this change.
      cameraStates.invalidate();
      return;
    }
    const now = cameraStates.refresh();
    for (const viewer of detailed) {
      const { data, set, text } = cameraStates.followedBy(viewer.wanted, now);
      if (text === viewer.cameras) continue;
      viewer.cameras = text;
      viewer.outbox.put('cameras', message('cameras', data, clock.now(), { set }));
    }
  }

  function receive(viewer: Viewer, text: string): void {
    try {
      const next = changeSubscription(viewer.wanted, text);
      if (next === undefined) return;
      viewer.wanted = next;
      viewer.cameras = statesFor(next);
      viewer.outbox.clear();
      viewer.outbox.put('current', snapshot(next));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      viewer.outbox.put('error', errorMessage(error.message, clock.now()));
    }
  }

  return {
    join: (socket, wanted) => {
      const outbox = createOutbox(socket, (key) => {
        if (key.startsWith('image ')) skipped += 1;
      });
      const viewer: Viewer = { wanted, outbox, cameras: statesFor(wanted) };
      viewers.add(viewer);
      socket.send(snapshot(wanted));
      const pinger = wanted.wantsPings
        ? setInterval(() => outbox.put('ping', pingMessage(clock.now())), pingEveryMs).unref()
        : undefined;
      return {
        onMessage: (text) => receive(viewer, text),
        onClose: () => {
          clearInterval(pinger);
          outbox.clear();
          viewers.delete(viewer);
        },
      };
    },
    publishImage: ({ channel, coil, isNewest }) => {
      cameraStates.invalidate();
      const isFirst = published.isEmpty(channel);
      sendImage(channel, coil === null ? [] : [coil], isNewest && published.update(channel));
      if (isFirst) publishCameras();
    },
    publishRemoval: ({ channel, coils }) => {
      cameraStates.invalidate();
      const isEmpty = source.current.latest(channel) === undefined;
      sendImage(channel, coils, isEmpty && published.update(channel));
      if (isEmpty) publishCameras();
    },
    publishCameras,
    snapshot,
    viewersOf: (channel) => {
      let count = 0;
      for (const { wanted } of viewers) if (isFollowed(wanted, channel)) count += 1;
      return count;
    },
    stats: () => ({ viewers: viewers.size, skipped }),
  };
}

/** The newest image of each channel as last published, so that none is published twice. */
function createPublishedNewest(current: CurrentReader) {
  const published = new Map<string, string>();
  return {
    /** Whether a channel had no image when it was last published, if ever. */
    isEmpty: (channel: string): boolean => !published.get(channel),
    /** Remembers the newest image of a channel; true when it is another one than before. */
    update(channel: string): boolean {
      const newest = current.latest(channel);
      const content = newest ? `${newest.id}.${newest.revision}` : '';
      if (published.get(channel) === content) return false;
      published.set(channel, content);
      return true;
    },
  };
}

/** Without a list of channels a viewer follows every folder, and no station. */
function isFollowed({ channels }: Subscription, channel: string): boolean {
  return channels === null ? !channel.startsWith('station/') : channels.has(channel);
}
