import { join } from 'node:path';
import { createGrowingCache } from '../../kernel/growing-cache.ts';
import { beingWritten, isBeingWritten, locateImage, notWatched } from '../../kernel/images/locate-image.ts';
import type { ImageFailure } from '../../kernel/images/read-image.ts';
import type { Caching } from '../../kernel/images/send-file.ts';
import { ladderSpec, type Thumbnail } from '../../kernel/images/thumbnails/thumbnail.ts';
import type { ThumbnailAnswer, ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import type { Log } from '../../kernel/log.ts';
import { type OpenFile, openRegularFile } from '../../kernel/storage/open-file.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { LiveChannel, LiveImage } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import { createVariantUses, type Variant } from './variant-uses.ts';

/** How long a failure is cached before the file is read again. */
const failurePauseMs = 60_000;
const writingPauseMs = 1_000;
const maxRemembered = 1_000;
/** Identifies the content of a file, before its row is written as well as after. */
type Content = Pick<LiveImage, 'name' | 'sizeBytes' | 'modifiedAt'>;

/** The bytes of live images, as drawn variants and as files. */
export type LiveImages = {
  /** A variant from memory, without access to database or disk. */
  recall(image: LiveImage, variant: Variant): Thumbnail | undefined;
  variant(image: LiveImage, variant: Variant): Promise<ThumbnailAnswer>;
  /** The file itself, to be closed by the caller, and how it may be cached. */
  open(image: LiveImage): Promise<(OpenFile & { caching: Caching }) | ImageFailure>;
  /** A viewer of the channel uses this variant; from now on it is drawn as soon as a file is complete. */
  noteUse(channel: string, variant: Variant): void;
  /** What the thumbnails of a channel's files are kept under. */
  thumbnailKeys(
    channel: LiveChannel,
    files: readonly (Content & Pick<LiveImage, 'revision' | 'foundAt'>)[],
  ): string[];
  /** Draws the variants that viewers of the channel use. Returns at once; the file's row need not exist yet. */
  drawAhead(channel: LiveChannel, file: Content): void;
};

export function createLiveImages(options: {
  channels: LiveChannels;
  store: ThumbnailStore;
  /** The file is not as it was recorded: it has grown, or was overwritten. */
  onOutgrown: (channel: LiveChannel, name: string) => void;
  clock: Clock;
  log: Log;
}): LiveImages {
  const { channels, store, clock, log } = options;
  const failures = createGrowingCache<string, { at: number; failure: ImageFailure }>({ max: maxRemembered });
  const uses = createVariantUses(clock);

  /** An old file taken by its name alone is identified by its row. */
  function keyOf({ path }: LiveChannel, file: Content & Partial<LiveImage>): string {
    const { name, sizeBytes, modifiedAt, revision, foundAt } = file;
    const isSeen = sizeBytes !== null && modifiedAt !== null;
    const content = isSeen ? `${sizeBytes}.${modifiedAt}` : `by name ${foundAt}.${revision}`;
    return `live ${content}\n${path}\n${name}`;
  }

  async function locate(channel: LiveChannel, { name, sizeBytes, modifiedAt }: Content) {
    const located = await locateImage(channel.path, name);
    if (!located.ok) return located;
    const isSeen = sizeBytes !== null && modifiedAt !== null;
    const isSame = located.sizeBytes === sizeBytes && located.modifiedAt === modifiedAt;
    if (isSeen && !isSame) options.onOutgrown(channel, name);
    return (await isBeingWritten(located, { sizeBytes, now: clock.now() })) ? beingWritten : located;
  }

  function recentFailure(key: string): ImageFailure | undefined {
    const known = failures.get(key);
    if (!known) return undefined;
    const pauseMs = known.failure.reason === 'incomplete' ? writingPauseMs : failurePauseMs;
    return clock.now() - known.at < pauseMs ? known.failure : undefined;
  }

  async function draw(
    channel: LiveChannel,
    file: Content,
    variant: Variant,
    urgency: 'get' | 'makeAhead',
  ): Promise<ThumbnailAnswer> {
    const key = keyOf(channel, file);
    const failed = recentFailure(key);
    if (failed) return failed;
    const request = {
      key,
      spec: specOf(variant),
      locate: () => locate(channel, file),
      isFleeting: urgency === 'makeAhead',
    };
    const answer = await store[urgency](request);
    if (answer.ok) failures.delete(key);
    else if (answer.reason !== 'busy' && answer.reason !== 'missing' && answer.reason !== 'offline') {
      failures.set(key, { at: clock.now(), failure: answer });
      log.warn(
        { path: join(channel.path, file.name), reason: answer.reason },
        `A live image cannot be read: ${answer.message}`,
      );
    }
    return answer;
  }

  const channelOf = (image: LiveImage) => (image.kind === 'live' ? channels.find(image.channel) : undefined);

  return {
    recall(image, variant) {
      const channel = channelOf(image);
      return channel && store.recall(keyOf(channel, image), specOf(variant));
    },
    async variant(image, variant) {
      const channel = channelOf(image);
      return channel ? draw(channel, image, variant, 'get') : notWatched;
    },
    async open(image) {
      const channel = channelOf(image);
      if (!channel) return notWatched;
      const located = await locate(channel, image);
      if (!located.ok) return located;
      const opened = await openRegularFile(located.realPath, located.root);
      if (!opened.ok) return opened;
      // Overwritten, but not rescanned yet: its address is about to change. Size alone does not show it for a BMP.
      const isSame =
        opened.sizeBytes === image.sizeBytes && Math.round(opened.modifiedAt) === image.modifiedAt;
      return { ...opened, caching: isSame ? 'immutable' : 'revalidate' };
    },
    thumbnailKeys: (channel, files) => files.map((file) => keyOf(channel, file)),
    noteUse: uses.note,
    drawAhead(channel, file) {
      if (file.sizeBytes === null || file.modifiedAt === null) return;
      for (const variant of uses.nextImage(channel.key))
        draw(channel, file, variant, 'makeAhead').catch((err) =>
          log.error({ err }, 'A live image could not be drawn ahead; it will be drawn on request'),
        );
    },
  };
}

function specOf({ width, format }: Variant) {
  return ladderSpec(width, format === 'webp' ? 'image/webp' : 'image/jpeg');
}
