import sharp, { type Sharp } from 'sharp';
import { isProgressive } from './progressive.ts';

/** Larger images are refused from their header, before any memory is given to them. */
const MAX_PIXELS = 100_000_000;
/** The same where the whole image has to be in memory at once, at six to eight bytes a pixel. */
const MAX_PROGRESSIVE_PIXELS = 25_000_000;

/** Work on one image is given up after this long. */
const MAX_RENDER_SECONDS = 30;

// For the whole process: files from outside reach the JPEG and the PNG decoder only, and only from memory, so that
// libvips never opens a path itself. Every image is looked at once, so its cache would only hold memory. Images are
// rendered side by side, each on one core.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
sharp.cache(false);
sharp.concurrency(1);

/** The most pixels taken of an image; one with more fails with "Input image exceeds pixel limit". */
export function pixelLimit(bytes: Buffer): number {
  return isProgressive(bytes) ? MAX_PROGRESSIVE_PIXELS : MAX_PIXELS;
}

/** A decoder for JPEG or PNG bytes that may be anything: limited in pixels and time, upright, failing on any damage. */
export function openUntrustedImage(bytes: Buffer): Sharp {
  return sharp(bytes, {
    autoOrient: true,
    failOn: 'warning',
    limitInputPixels: pixelLimit(bytes),
    sequentialRead: true,
  }).timeout({ seconds: MAX_RENDER_SECONDS });
}

/** Pixels of our own making, eight bits a channel. */
export function openPixels(pixels: {
  data: Buffer;
  info: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}): Sharp {
  const { width, height, channels } = pixels.info;
  return sharp(pixels.data, { raw: { width, height, channels } });
}
