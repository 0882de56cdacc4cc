import { LRUCache } from 'lru-cache';
import { beingWritten, isBeingWritten, locateImage, notWatched } from '../../kernel/images/locate-image.ts';
import type { ImageFailure } from '../../kernel/images/read-image.ts';
import type { Caching } from '../../kernel/images/send-file.ts';
import { ladderSpec, type Thumbnail } from '../../kernel/images/thumbnails/thumbnail.ts';
import type { ThumbnailAnswer, ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import type { Log } from '../../kernel/log.ts';
import { type OpenFile, openRegularFile } from '../../kernel/storage/open-file.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { LiveChannel, LiveImage, LiveWidth } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';

/** How long a failure is answered again without another look at the file. */
const failurePauseMs = 60_000;
const writingPauseMs = 1_000;
const maxRemembered = 1_000;
/** A variant that no viewer took of so many images, or in so long, is not drawn ahead any more. */
const useLastsImages = 5;
const useLastsMs = 10 * 60_000;
/** Sizes of a channel drawn ahead at most: with more, the screens differ too much to be foreseen. */
const maxAhead = 4;

export type VariantFormat = 'webp' | 'jpg';
export type Variant = { width: LiveWidth; format: VariantFormat };

/** When a variant was last asked for, and at which image of its channel. */
type VariantUse = Variant & { at: number; image: number };

/** What viewers of a channel take; images are counted as they come. */
type ChannelUse = { images: number; variants: Map<string, VariantUse> };

/** What names the content of a file; the same whether asked before its row is written or after. */
type Content = Pick<LiveImage, 'name' | 'sizeBytes' | 'modifiedAt'>;

/** Live images as viewers get them. */
export type LiveImages = {
  /** A variant that is in memory: no question to the database or the disk. */
  recall(image: LiveImage, variant: Variant): Thumbnail | undefined;
  variant(image: LiveImage, variant: Variant): Promise<ThumbnailAnswer>;
  /** The file itself, to be closed by the caller, and how long viewers may keep it. */
  open(image: LiveImage): Promise<(OpenFile & { caching: Caching }) | ImageFailure>;
  /** A viewer of the channel uses this variant: from now on it is drawn as soon as a file is complete. */
  noteUse(channel: string, variant: Variant): void;
  /** Draws what viewers of the channel use. Returns at once; the row of the file need not be there yet. */
  drawAhead(channel: LiveChannel, file: Content): void;
};

export function createLiveImages(options: {
  channels: LiveChannels;
  store: ThumbnailStore;
  clock: Clock;
  log: Log;
}): LiveImages {
  const { channels, store, clock, log } = options;
  const failures = new LRUCache<string, { at: number; failure: ImageFailure }>({ max: maxRemembered });
  const uses = new Map<string, ChannelUse>();

  /** Of an old file taken by its name alone nothing else is known than its row. */
  function keyOf({ path }: LiveChannel, file: Content & Partial<LiveImage>): string {
    const { name, sizeBytes, modifiedAt, revision, foundAt } = file;
    const isSeen = sizeBytes !== null && modifiedAt !== null;
    const content = isSeen ? `${sizeBytes}.${modifiedAt}` : `by name ${foundAt}.${revision}`;
    return `live ${content}\n${path}\n${name}`;
  }

  async function locate(channel: LiveChannel, { name, sizeBytes }: Content) {
    const located = await locateImage(channel.path, name);
    if (!located.ok) return located;
    const known = { knownSizeBytes: sizeBytes, now: clock.now() };
    return (await isBeingWritten(located, known)) ? beingWritten : located;
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
    { width, format }: Variant,
    urgency: 'get' | 'makeAhead',
  ): Promise<ThumbnailAnswer> {
    const key = keyOf(channel, file);
    const failed = recentFailure(key);
    if (failed) return failed;
    const request = {
      ...{ key, spec: specOf(width, format), locate: () => locate(channel, file) },
      isFleeting: urgency === 'makeAhead',
    };
    const answer = await store[urgency](request);
    if (answer.ok) failures.delete(key);
    else if (answer.reason !== 'busy' && answer.reason !== 'missing' && answer.reason !== 'offline') {
      failures.set(key, { at: clock.now(), failure: answer });
      log.warn({ file: file.name, reason: answer.reason }, `A live image cannot be read: ${answer.message}`);
    }
    return answer;
  }

  const channelOf = (image: LiveImage) => (image.kind === 'live' ? channels.find(image.channel) : undefined);

  return {
    recall(image, { width, format }) {
      const channel = channelOf(image);
      return channel && store.recall(keyOf(channel, image), specOf(width, format));
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
      // Written over, but the scanner has not been there: the address will change in a moment. A BMP is as long as before.
      const isSame =
        opened.sizeBytes === image.sizeBytes && Math.round(opened.modifiedAt) === image.modifiedAt;
      return { ...opened, caching: isSame ? 'immutable' : 'revalidate' };
    },
    noteUse(channel, { width, format }) {
      const use = uses.get(channel) ?? { images: 0, variants: new Map() };
      uses.set(channel, use);
      // At the end of the map stands what was used last.
      use.variants.delete(`${width}.${format}`);
      use.variants.set(`${width}.${format}`, { width, format, at: clock.now(), image: use.images });
    },
    drawAhead(channel, file) {
      if (file.sizeBytes === null || file.modifiedAt === null) return;
      const use = uses.get(channel.key);
      if (!use) return;
      use.images += 1;
      const since = clock.now() - useLastsMs;
      const isUsed = ({ at, image }: VariantUse) => at >= since && use.images - image <= useLastsImages;
      const used = [...use.variants.values()].filter(isUsed);
      for (const variant of used.slice(-maxAhead))
        draw(channel, file, variant, 'makeAhead').catch((err) =>
          log.error({ err }, 'A live image could not be drawn ahead; it is drawn when it is asked for'),
        );
    },
  };
}

function specOf(width: LiveWidth, format: VariantFormat) {
  return ladderSpec(width, format === 'webp' ? 'image/webp' : 'image/jpeg');
}
