import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { createScratchFiles } from '../storage/scratch-files.ts';
import { countPasses } from './thumbnails/jpeg-passes.ts';

/** Larger images are refused from their header, before any memory is given to them. */
const maxPixels = 100_000_000;
/** The same where the whole image has to be in memory at once, at six to eight bytes a pixel. */
const maxProgressivePixels = 25_000_000;
/** Each pass over a JPEG goes over all its pixels and takes as few as 30 bytes of the file; encoders make about ten. */
const maxPasses = 100;

/** Work on one image is given up after this long. */
const maxRenderSeconds = 30;

// For the whole process: files from outside reach the JPEG and the PNG decoder only, and only as copies of our own, so
// that libvips never opens a path of theirs. Every image is looked at once, so its cache would only hold memory. Images
// are rendered side by side, each on one core.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadJpegFile', 'VipsForeignLoadPngBuffer'],
});
sharp.cache(false);
sharp.concurrency(1);

/** An image that is refused for its size, told by its header. */
export class TooManyPixels extends Error {}

/** A box an image is to be fitted into, pixels. */
export type Box = { width: number; height: number };

const scratchFiles = createScratchFiles({ maxFiles: 3, maxBytes: 8 * 1024 * 1024 });

const reading: SharpOptions = {
  autoOrient: true,
  failOn: 'warning',
  limitInputPixels: false,
  sequentialRead: true,
};

/**
 * A decoder for JPEG or PNG bytes that may be anything: limited in pixels and time, upright, failing on any damage.
 * Throws `TooManyPixels`, and the decoder's error for a header that cannot be read. What kind of image it is only the
 * decoder itself can be asked: a reader of our own would be led astray by what decoders pass over.
 */
export async function openUntrustedImage(bytes: Buffer): Promise<{ image: Sharp; header: Metadata }> {
  const image = sharp(bytes, reading).timeout({ seconds: maxRenderSeconds });
  const header = await image.metadata();
  const { format, isProgressive, width, height } = header;
  const limit = isProgressive ? maxProgressivePixels : maxPixels;
  if (width * height > limit)
    throw new TooManyPixels(`more than the ${limit / 1_000_000} million pixels taken`);
  // The time limit is looked at between rows only, and the first row comes after the last pass.
  if (isProgressive && format === 'jpeg' && countPasses(bytes, maxPasses) > maxPasses)
    throw new Error(`it is drawn in more than ${maxPasses} passes`);
  return { image, header };
}

/**
 * Lets `use` draw such an image for a box, from the smallest size that its decoder makes and that fills the box: a JPEG
 * comes at a half, a quarter or an eighth for much less than the whole takes (a 5 megapixel one for 1280 pixels in two
 * thirds of the time). sharp lets the decoder do so only from a third of the size on, and libvips takes the wish only
 * behind a file's name; the image of all other sizes is handed over as it is. `decoded` is its upright size.
 */
export async function withUntrustedImage<T>(
  bytes: Buffer,
  box: Box,
  use: (image: Sharp, decoded: Box) => Promise<T>,
): Promise<T> {
  const { image, header } = await openUntrustedImage(bytes);
  const shrink = shrinkFor(header, box);
  const scratch = shrink > 1 ? await scratchFiles.write(bytes) : undefined;
  const { width, height } = header.autoOrient;
  if (!scratch) return use(image, { width, height });
  try {
    const shrunk = sharp(`${scratch.path}[shrink=${shrink}]`, reading);
    const decoded = { width: Math.floor(width / shrink), height: Math.floor(height / shrink) };
    return await use(shrunk.timeout({ seconds: maxRenderSeconds }), decoded);
  } finally {
    await scratch.giveBack();
  }
}

/** What the decoder can shrink a JPEG by for this box where sharp would have it do half of that; otherwise 1. */
function shrinkFor({ format, autoOrient }: Metadata, box: Box): number {
  if (format !== 'jpeg') return 1;
  const ratio = Math.max(autoOrient.width / box.width, autoOrient.height / box.height);
  return [2, 4, 8].find((shrink) => Math.floor(ratio) === shrink) ?? 1;
}

/** Pixels of our own making, eight bits a channel. */
export function openPixels(pixels: {
  data: Buffer;
  info: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}): Sharp {
  const { width, height, channels } = pixels.info;
  return sharp(pixels.data, { raw: { width, height, channels } });
}
