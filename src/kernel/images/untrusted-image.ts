import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { createScratchFiles } from '../storage/scratch-files.ts';
import { countPasses } from './thumbnails/jpeg-passes.ts';

/** Larger images are refused by their header, before any memory is allocated for them. */
const maxPixels = 100_000_000;
/** The limit for JPEGs, which can be decoded at a half, a quarter or an eighth: line scans of 150 million are real. */
const maxReduciblePixels = 400_000_000;
/** The most pixels that such an image is decoded to. */
const maxDecodedPixels = 40_000_000;
/** The limit for images that must be in memory as a whole, at six to eight bytes a pixel. */
const maxProgressivePixels = 25_000_000;
/** Each pass of a JPEG covers all pixels and may take as few as 30 bytes of the file; encoders write about ten passes. */
const maxPasses = 100;

/** Time limit for drawing one image. */
const maxRenderSeconds = 30;

// For the whole process: files from outside reach only the JPEG and PNG decoders, as our own copies, so libvips never
// opens their paths. Every image is opened once, so a cache would only take up memory. Several images are drawn in
// parallel, each on one core.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadJpegFile', 'VipsForeignLoadPngBuffer'],
});
sharp.cache(false);
sharp.concurrency(1);

/** An image whose header states more pixels than the limit. */
export class TooManyPixels extends Error {}

/** A box to fit an image into, pixels. */
export type Box = { width: number; height: number };

const scratchFiles = createScratchFiles({ maxFiles: 3, maxBytes: 8 * 1024 * 1024 });

const reading: SharpOptions = {
  autoOrient: true,
  // A decoder warns of what every browser shows: stray bytes, unknown colour marks. A missing end is an error for it.
  failOn: 'error',
  limitInputPixels: false,
  sequentialRead: true,
};

/**
 * Opens untrusted JPEG or PNG bytes for decoding: limited in pixels and time, upright, failing on what browsers do not show
 * either, and where the end is missing. Throws `TooManyPixels`, and the decoder's error for an unreadable header. The header is read by the decoder itself: a parser of
 * our own could be misled by data that decoders skip.
 */
export async function openUntrustedImage(bytes: Buffer): Promise<{ image: Sharp; header: Metadata }> {
  const image = sharp(bytes, reading).timeout({ seconds: maxRenderSeconds });
  const header = await image.metadata();
  const { format, isProgressive, width, height } = header;
  const limit = isProgressive ? maxProgressivePixels : format === 'jpeg' ? maxReduciblePixels : maxPixels;
  if (width * height > limit) throw tooMany(limit);
  // The time limit is checked between rows only, and the first row comes after the last pass.
  if (isProgressive && format === 'jpeg' && countPasses(bytes, maxPasses) > maxPasses)
    throw new Error(`it is drawn in more than ${maxPasses} passes`);
  return { image, header };
}

function tooMany(limit: number): TooManyPixels {
  return new TooManyPixels(`more than the ${limit / 1_000_000} million pixels taken`);
}

/**
 * Lets `use` draw an untrusted image for a box, decoded at the smallest size that fills the box, and at no more than
 * `maxDecodedPixels` if it is a JPEG. Decoding one at a half, a quarter or an eighth is much cheaper (two thirds of the time
 * for 5 megapixels at 1280 pixels). sharp does so only from a third of the size on, and libvips accepts the request only as
 * part of a file name, hence the scratch file. In all other cases the image is passed on as it is. `decoded` is its upright
 * size.
 */
export async function withUntrustedImage<T>(
  bytes: Buffer,
  box: Box,
  use: (image: Sharp, decoded: Box) => Promise<T>,
): Promise<T> {
  const { image, header } = await openUntrustedImage(bytes);
  const { shrink, isNeeded } = planShrink(header, box);
  const scratch = shrink > 1 ? await scratchFiles.write(bytes, { needed: isNeeded }) : undefined;
  const { width, height } = header.autoOrient;
  if (!scratch && isNeeded) throw tooMany(maxDecodedPixels);
  if (!scratch) return use(image, { width, height });
  try {
    const shrunk = sharp(`${scratch.path}[shrink=${shrink}]`, reading);
    const decoded = { width: Math.floor(width / shrink), height: Math.floor(height / shrink) };
    return await use(shrunk.timeout({ seconds: maxRenderSeconds }), decoded);
  } finally {
    await scratch.giveBack();
  }
}

const shrinks = [1, 2, 4, 8] as const;

/**
 * The factor by which to shrink a JPEG while decoding, where sharp itself would use less; otherwise 1. `isNeeded`: decoded
 * as sharp does, it would have too many pixels.
 */
function planShrink({ format, autoOrient }: Metadata, box: Box): { shrink: number; isNeeded: boolean } {
  if (format !== 'jpeg') return { shrink: 1, isNeeded: false };
  const { width, height } = autoOrient;
  const ratio = Math.max(width / box.width, height / box.height);
  const filling = shrinks.findLast((shrink) => shrink <= ratio) ?? 1;
  // Where the ratio is hardly above a factor, sharp uses half of it.
  const usual = Math.floor(ratio) === filling ? Math.ceil(filling / 2) : filling;
  const fits = (shrink: number) => (width * height) / shrink ** 2 <= maxDecodedPixels;
  const shrink = Math.max(filling, shrinks.find(fits) ?? 8);
  return { shrink: shrink === usual ? 1 : shrink, isNeeded: !fits(usual) };
}

/** Opens raw pixels made by this program, eight bits a channel. */
export function openPixels(pixels: {
  data: Buffer;
  info: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}): Sharp {
  const { width, height, channels } = pixels.info;
  return sharp(pixels.data, { raw: { width, height, channels } });
}
