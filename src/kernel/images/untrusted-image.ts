import sharp, { type Sharp } from 'sharp';
import { countPasses } from './jpeg-passes.ts';

/** Larger images are refused from their header, before any memory is given to them. */
const MAX_PIXELS = 100_000_000;
/** The same where the whole image has to be in memory at once, at six to eight bytes a pixel. */
const MAX_PROGRESSIVE_PIXELS = 25_000_000;
/** Each pass over a JPEG goes over all its pixels and takes as few as 30 bytes of the file; encoders make about ten. */
const MAX_PASSES = 100;

/** Work on one image is given up after this long. */
const MAX_RENDER_SECONDS = 30;

// For the whole process: files from outside reach the JPEG and the PNG decoder only, and only from memory, so that
// libvips never opens a path itself. Every image is looked at once, so its cache would only hold memory. Images are
// rendered side by side, each on one core.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
sharp.cache(false);
sharp.concurrency(1);

/** An image that is refused for its size, told by its header. */
export class TooManyPixels extends Error {}

/**
 * A decoder for JPEG or PNG bytes that may be anything: limited in pixels and time, upright, failing on any damage.
 * Throws `TooManyPixels`, and the decoder's error for a header that cannot be read. What kind of image it is only the
 * decoder itself can be asked: a reader of our own would be led astray by what decoders pass over.
 */
export async function openUntrustedImage(bytes: Buffer): Promise<Sharp> {
  const image = sharp(bytes, {
    autoOrient: true,
    failOn: 'warning',
    limitInputPixels: false,
    sequentialRead: true,
  }).timeout({ seconds: MAX_RENDER_SECONDS });
  const { format, isProgressive, width, height } = await image.metadata();
  const limit = isProgressive ? MAX_PROGRESSIVE_PIXELS : MAX_PIXELS;
  if (width * height > limit)
    throw new TooManyPixels(`more than the ${limit / 1_000_000} million pixels taken`);
  // The time limit is looked at between rows only, and the first row comes after the last pass.
  if (isProgressive && format === 'jpeg' && countPasses(bytes, MAX_PASSES) > MAX_PASSES)
    throw new Error(`it is drawn in more than ${MAX_PASSES} passes`);
  return image;
}

/** Pixels of our own making, eight bits a channel. */
export function openPixels(pixels: {
  data: Buffer;
  info: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}): Sharp {
  const { width, height, channels } = pixels.info;
  return sharp(pixels.data, { raw: { width, height, channels } });
}
