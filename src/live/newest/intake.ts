import type { Events } from '../../events.ts';
import type { Log } from '../../kernel/log.ts';
import { usualIntervalImages } from '../../plant/usual-interval.ts';
import type { LiveQueries } from '../history/live-queries.ts';
import type { LiveImages } from '../images/live-images.ts';
import type { LiveChannel, LiveImage } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type {
  LiveFile,
  LiveRecorded,
  LiveTelling,
  RecordLiveImages,
} from '../recording/record-live-images.ts';
import type { CurrentChange, CurrentImages } from './current-images.ts';
import type { Silences } from './silences.ts';

/** Larger batches are a backfill, of which nobody waits for a picture. */
const maxDrawnAhead = 8;

/** What live images tell the rest of the product. */
export type LiveTold = {
  /** For the other processes of the site. */
  recorded(news: Events['live.recorded']): void;
  image(event: Events['live.image']): void;
  removed(event: Events['live.removed']): void;
  silent(event: Events['live.silent']): void;
  resumed(event: Events['live.resumed']): void;
  changed(): void;
};

/** The way of a complete file: drawn and recorded side by side, then known as the newest, then told. */
export type LiveIntake = {
  recordFound(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded>;
  /** Tells viewers what was recorded; batches in the order in which this is called. */
  tell(recorded: LiveTelling): Promise<void>;
  /** Reads what was newest of a channel, and its habit. */
  begin(channel: LiveChannel): Promise<void>;
  /** Reads both again and tells viewers what is new; another process may have recorded it. */
  refresh(channel: LiveChannel): Promise<void>;
  showStation(image: LiveImage): void;
  /** Resolves when everything was told. */
  settle(): Promise<void>;
};

export function createLiveIntake(parts: {
  channels: LiveChannels;
  current: CurrentImages;
  queries: LiveQueries;
  images: LiveImages;
  silences: Silences;
  record: RecordLiveImages;
  told: LiveTold;
  log: Log;
}): LiveIntake {
  const { channels, current, queries, images, silences, record, told, log } = parts;
  let telling: Promise<void> = Promise.resolve();

  function tellChange(change: CurrentChange): void {
    if (change.kind === 'removed') {
      const { channel, camera, coils } = change;
      told.removed({ channel, camera, coils });
      return;
    }
    const { image, isNewest } = change;
    if (isNewest && (image.role === 'original' || !hasOriginal(image.camera))) silences.came(image);
    told.image(eventOf(image, isNewest));
  }

  function hasOriginal(camera: string): boolean {
    return channels.list().some((channel) => channel.camera === camera && channel.role === 'original');
  }

  function showStation(image: LiveImage): void {
    if (current.putStation(image)) told.image(eventOf(image, true));
  }

  /** Drawing and recording go side by side: what a variant is called follows from the file alone. */
  function recordFound(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded> {
    const channel = channels.byId(channelId);
    const newestAt = (channel && current.latest(channel.key)?.capturedAt) ?? 0;
    if (channel && files.length <= maxDrawnAhead) {
      for (const file of files) if (file.capturedAt >= newestAt) images.drawAhead(channel, file);
    }
    return record.recordFound(channelId, files);
  }

  function tell(recorded: LiveTelling): Promise<void> {
    if (recorded.rows.length === 0 && recorded.gone.length === 0) return telling;
    telling = telling
      .then(async () => {
        const changes = await current.apply(recorded);
        for (const change of changes) tellChange(change);
        // Of many files at once only the newest are told; the habit follows from all.
        const channel = recorded.added > 1 && channels.byId(recorded.channelId);
        if (channel && changes.some(isNewestImage)) await learnHabit(channel);
      })
      .catch((err) => log.error({ err }, 'A live image could not be told of; the next one is'));
    return telling;
  }

  async function begin(channel: LiveChannel): Promise<void> {
    await current.load(channel);
    await learnHabit(channel);
  }

  /** In turn with what is told: what was applied before is in the database already. */
  function refresh(channel: LiveChannel): Promise<void> {
    const reading = telling.then(async () => {
      for (const change of await current.load(channel)) tellChange(change);
      await learnHabit(channel);
    });
    telling = reading.catch(() => {});
    return reading;
  }

  /** A camera's habit is that of its original pictures, where it has them. */
  async function learnHabit(channel: LiveChannel): Promise<void> {
    if (channel.role === 'labeled' && hasOriginal(channel.camera)) return;
    silences.learn(
      channel.camera,
      await queries.list({ channels: [channel.key] }, { limit: usualIntervalImages }),
    );
  }

  return { recordFound, tell, begin, refresh, showStation, settle: () => telling };
}

function isNewestImage(change: CurrentChange): boolean {
  return change.kind === 'image' && change.isNewest;
}

function eventOf(image: LiveImage, isNewest: boolean) {
  const { channel, camera, id: imageId, revision, capturedAt, coil } = image;
  return { channel, camera, imageId, revision, capturedAt, coil, isNewest };
}
