import { hash } from 'node:crypto';
import { AppError } from '../../kernel/errors.ts';
import type { Socket, SocketHandlers } from '../../kernel/http/server/socket.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { LiveCamera } from '../model.ts';
import { createOutbox, type Outbox } from './newest-wins-outbox.ts';
import {
  type CurrentReader,
  cameraState,
  currentData,
  currentImages,
  errorMessage,
  imageUpdate,
  message,
  pingMessage,
} from './screen-messages.ts';
import { changeSubscription, type Subscription } from './subscription.ts';

/** Where a feed learns what is newest. */
export type FeedSource = { current: CurrentReader; cameras(): LiveCamera[] };

export type FeedStats = {
  viewers: number;
  /** Messages a slow viewer was never sent, because a newer one came first. */
  skipped: number;
};

/** Everybody who watches live images, and what they are told. */
export type LiveFeed = {
  /** Lets a viewer in; it is told the newest images at once. */
  join(socket: Socket, wanted: Subscription): SocketHandlers;
  /** There is a new newest image, of its channel or of its coil only. */
  announce(image: { channel: string; coil: string | null; isNewest: boolean }): void;
  /** A channel has no image any more, or none of these coils. */
  withdraw(gone: { channel: string; coils: readonly string[] }): void;
  /** A camera fell silent, spoke again, came, went or cannot be read. */
  tellCameras(): void;
  /** What a first message to this viewer says, for those who ask over HTTP. */
  snapshot(wanted: Subscription): string;
  /** Viewers of a channel now. */
  viewersOf(channel: string): number;
  stats(): FeedStats;
};

type CameraLook = { all: LiveCamera[]; set: string };

type Viewer = {
  wanted: Subscription;
  outbox: Outbox;
  /** The states of its cameras, as they were told last. */
  cameras: string;
};

/** Of a thousand cameras a look takes a millisecond, and two hundred screens may come at once. */
const lookAgainMs = 250;

/** Keys of an outbox: the images of each channel, the cameras' states, and one for everything else. */
const imageKey = (channel: string) => `image ${channel}`;

/**
 * Opens the feed. `version` names the running code: our own pages reload when it changes. Own pages that asked are sent
 * a message every `pingEveryMs`.
 */
export function createLiveFeed(options: {
  source: FeedSource;
  clock: Clock;
  version: string;
  pingEveryMs: number;
}): LiveFeed {
  const { source, clock, version, pingEveryMs } = options;
  const viewers = new Set<Viewer>();
  /** What was last said to be the newest of a channel. */
  const told = new Map<string, string>();
  let skipped = 0;

  /** The last look; forgotten when a picture came or went. */
  let lately: { at: number; cameras: CameraLook } | undefined;

  /** All cameras, as they were a moment ago: what changes is told to everybody who has come. */
  function lookLately(): CameraLook {
    if (lately === undefined || performance.now() - lately.at > lookAgainMs) look();
    return lately!.cameras;
  }

  /** All cameras now, with a short name of the set of channels that have a picture. */
  function look(): CameraLook {
    const all = source.cameras();
    const keys = all.flatMap(({ newest }) => Object.values(newest).map(({ channel }) => channel));
    const cameras = { all, set: hash('sha1', keys.join('\n'), 'base64url').slice(0, 10) };
    lately = { at: performance.now(), cameras };
    return cameras;
  }

  /** The states of a viewer's cameras; whoever tells many viewers looks once. */
  function camerasOf(
    wanted: Subscription,
    { all, set } = lookLately(),
  ): { data: object[]; set: string; text: string } {
    const isWanted = (camera: LiveCamera) =>
      Object.values(camera.channels).some((channel) => wanted.channels?.has(channel));
    const data = all.filter(isWanted).map(cameraState);
    return { data, set, text: JSON.stringify([data, set]) };
  }

  /** Clients of S5 are told of no camera: nothing is looked up for them. */
  const statesFor = (wanted: Subscription) => (wanted.isDetailed ? camerasOf(wanted).text : '');

  function snapshot(wanted: Subscription): string {
    const now = clock.now();
    if (!wanted.isDetailed) return currentImages(source.current, wanted, now);
    const { data: cameras, set } = camerasOf(wanted);
    return message('current_images', currentData(source.current, wanted), now, { cameras, set, version });
  }

  /** Tells everybody who follows a channel; `coils` are those whose newest image may be another now. */
  function tell(channel: string, coils: readonly string[], isNewest: boolean): void {
    const texts = new Map<string, string>();
    for (const { wanted, outbox } of viewers) {
      const follows = wanted.channels === null ? !isStation(channel) : wanted.channels.has(channel);
      if (!follows || !(wanted.coil === null ? isNewest : coils.includes(wanted.coil))) continue;
      const kind = `${wanted.isDetailed} ${wanted.coil ?? ''}`;
      let text = texts.get(kind);
      if (text === undefined) {
        const image = source.current.latest(channel, wanted.coil ?? undefined);
        text = imageUpdate(channel, image, wanted.isDetailed, clock.now());
        texts.set(kind, text);
      }
      outbox.put(imageKey(channel), text);
    }
  }

  /** Whether a channel's newest image is another one than was told. */
  function isNewsOf(channel: string): boolean {
    const newest = source.current.latest(channel);
    const name = newest ? `${newest.id}.${newest.revision}` : '';
    if (told.get(channel) === name) return false;
    told.set(channel, name);
    return true;
  }

  function tellCameras(): void {
    const detailed = [...viewers].filter(({ wanted }) => wanted.isDetailed);
    if (detailed.length === 0) return;
    const now = look();
    for (const viewer of detailed) {
      const { data, set, text } = camerasOf(viewer.wanted, now);
      if (text === viewer.cameras) continue;
      viewer.cameras = text;
      viewer.outbox.put('cameras', message('cameras', data, clock.now(), { set }));
    }
  }

  return {
    join: (socket, subscription) => {
      const outbox = createOutbox(socket, (key) => {
        if (key.startsWith('image ')) skipped += 1;
      });
      const viewer: Viewer = { wanted: subscription, outbox, cameras: statesFor(subscription) };
      viewers.add(viewer);
      socket.send(snapshot(subscription));
      const pinger = subscription.wantsPings
        ? setInterval(() => outbox.put('ping', pingMessage(clock.now())), pingEveryMs).unref()
        : undefined;
      return {
        onMessage: (text) => {
          try {
            const next = changeSubscription(viewer.wanted, text);
            if (next === undefined) return;
            viewer.wanted = next;
            viewer.cameras = statesFor(next);
            outbox.clear();
            outbox.put('current', snapshot(next));
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            outbox.put('error', errorMessage(error.message, clock.now()));
          }
        },
        onClose: () => {
          clearInterval(pinger);
          outbox.clear();
          viewers.delete(viewer);
        },
      };
    },
    announce: ({ channel, coil, isNewest }) => {
      lately = undefined;
      const isFirst = !told.get(channel);
      tell(channel, coil === null ? [] : [coil], isNewest && isNewsOf(channel));
      if (isFirst) tellCameras();
    },
    withdraw: ({ channel, coils }) => {
      lately = undefined;
      const isEmpty = source.current.latest(channel) === undefined;
      tell(channel, coils, isEmpty && isNewsOf(channel));
      if (isEmpty) tellCameras();
    },
    tellCameras,
    snapshot,
    viewersOf: (channel) => {
      let count = 0;
      for (const { wanted } of viewers)
        if (wanted.channels === null ? !isStation(channel) : wanted.channels.has(channel)) count += 1;
      return count;
    },
    stats: () => ({ viewers: viewers.size, skipped }),
  };
}

function isStation(channel: string): boolean {
  return channel.startsWith('station/');
}
