import type { Publish } from '../../events.ts';
import type { Log } from '../../kernel/log.ts';
import { usualIntervalImages } from '../../plant/usual-interval.ts';
import type { LiveQueries } from '../history/live-queries.ts';
import type { LiveChannel, LiveImage } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type { RecordedRows } from '../recording/record-live-images.ts';
import type { CurrentChange, CurrentImages } from './current-images.ts';
import type { Silences } from './silences.ts';

/** Keeps the newest images and the cameras' usual intervals up to date and publishes what changes for viewers. */
export type NewestPublisher = {
  /** Publishes what a recorded batch changed; batches in the order of the calls. */
  publish(recorded: RecordedRows): Promise<void>;
  /** Loads a channel's newest images and its camera's usual interval; publishes nothing. */
  load(channel: LiveChannel): Promise<void>;
  /** Loads both again and publishes what changed; another process may have recorded it. */
  refresh(channel: LiveChannel): Promise<void>;
  /** Publishes the newest inspection of a station, if it is another one than before. */
  publishStation(image: LiveImage): void;
  /** Resolves when everything is published. */
  settle(): Promise<void>;
};

export function createNewestPublisher(parts: {
  channels: LiveChannels;
  current: CurrentImages;
  queries: LiveQueries;
  silences: Silences;
  publish: Publish;
  log: Log;
}): NewestPublisher {
  const { channels, current, queries, silences, publish } = parts;
  let publishing: Promise<void> = Promise.resolve();

  function hasOriginal(camera: string): boolean {
    return channels.list().some((channel) => channel.camera === camera && channel.role === 'original');
  }

  function publishChange(change: CurrentChange): void {
    if (change.kind === 'removed') {
      const { channel, camera, coils } = change;
      publish('live.removed', { channel, camera, coils });
      return;
    }
    const { image, isNewest } = change;
    if (isNewest && (image.role === 'original' || !hasOriginal(image.camera))) silences.noteImage(image);
    publish('live.image', eventOf(image, isNewest));
  }

  /** The usual interval of a camera is that of its original pictures, where it has them. */
  async function learnInterval(channel: LiveChannel): Promise<void> {
    if (channel.role === 'labeled' && hasOriginal(channel.camera)) return;
    silences.learn(
      channel.camera,
      await queries.list({ channels: [channel.key] }, { limit: usualIntervalImages }),
    );
  }

  async function publishRows(recorded: RecordedRows): Promise<void> {
    const changes = await current.apply(recorded);
    for (const change of changes) publishChange(change);
    // Of a batch only the newest image is published; the usual interval follows from all of them.
    const channel = recorded.added > 1 && channels.byId(recorded.channelId);
    if (channel && changes.some(isNewestImage)) await learnInterval(channel);
  }

  return {
    publish(recorded) {
      if (recorded.rows.length === 0 && recorded.gone.length === 0) return publishing;
      publishing = publishing
        .then(() => publishRows(recorded))
        .catch((err) =>
          parts.log.error({ err }, 'A live image could not be published; the next one will be'),
        );
      return publishing;
    },
    async load(channel) {
      await current.load(channel);
      await learnInterval(channel);
    },
    // Queued behind the batches: what they applied is in the database already.
    refresh(channel) {
      const refreshing = publishing.then(async () => {
        for (const change of await current.load(channel)) publishChange(change);
        await learnInterval(channel);
      });
      publishing = refreshing.catch(() => {});
      return refreshing;
    },
    publishStation(image) {
      if (current.putStation(image)) publish('live.image', eventOf(image, true));
    },
    settle: () => publishing,
  };
}

function isNewestImage(change: CurrentChange): boolean {
  return change.kind === 'image' && change.isNewest;
}

function eventOf(image: LiveImage, isNewest: boolean) {
  const { channel, camera, id: imageId, revision, capturedAt, coil } = image;
  return { channel, camera, imageId, revision, capturedAt, coil, isNewest };
}
