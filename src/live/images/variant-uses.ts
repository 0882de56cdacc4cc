import type { Clock } from '../../kernel/time/clock.ts';
import type { LiveWidth } from '../model.ts';

/** A variant is no longer in use once viewers skipped it for this many images, or for this long. */
const inUseImages = 5;
const inUseMs = 10 * 60_000;
/** Most variants of a channel in use: with more, the screens differ too much to predict. */
const maxVariants = 4;

export type Variant = { width: LiveWidth; format: 'webp' | 'jpg' };

/** When a variant was last requested, and at which image of its channel. */
type VariantUse = Variant & { at: number; image: number };

/** `images` counts the images of a channel since its first use; the last variant of the map was used last. */
type ChannelUse = { images: number; variants: Map<string, VariantUse> };

/** The variants that viewers of each channel use now. */
export type VariantUses = {
  /** A viewer of the channel requested this variant. */
  note(channel: string, variant: Variant): void;
  /** Counts another image of the channel and returns the variants to draw of it. */
  nextImage(channel: string): Variant[];
};

export function createVariantUses(clock: Clock): VariantUses {
  const channels = new Map<string, ChannelUse>();
  return {
    note(channel, { width, format }) {
      const use = channels.get(channel) ?? { images: 0, variants: new Map() };
      channels.set(channel, use);
      const key = `${width}.${format}`;
      use.variants.delete(key);
      use.variants.set(key, { width, format, at: clock.now(), image: use.images });
    },
    nextImage(channel) {
      const use = channels.get(channel);
      if (!use) return [];
      use.images += 1;
      const since = clock.now() - inUseMs;
      const isInUse = ({ at, image }: VariantUse) => at >= since && use.images - image <= inUseImages;
      return [...use.variants.values()].filter(isInUse).slice(-maxVariants);
    },
  };
}
