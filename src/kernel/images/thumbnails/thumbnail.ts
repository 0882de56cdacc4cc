import type { Sharp } from 'sharp';
import { openBmp } from '../bmp.ts';
import { readBmpHeader, UnsupportedBmp } from '../bmp-header.ts';
import { judgeBytes } from '../completeness.ts';
import { type ImageFailure, type ReadImage, readImage } from '../read-image.ts';
import { type Box, openPixels, TooManyPixels, withUntrustedImage } from '../untrusted-image.ts';

/** A size in which images are displayed. */
export type ThumbnailSpec = {
  /** Part of the stored thumbnail's key: change it whenever the picture would change. */
  name: string;
  type: 'image/webp' | 'image/jpeg';
  /** The box that the whole image is fitted into, pixels: never cropped (defects occur at edges too), never enlarged. */
  width: number;
  height: number;
  /** Of the encoder, 1..100. */
  quality: number;
  /** Of the WebP encoder, 0 (quick) to 6; default 2. */
  effort?: number;
  /**
   * Trades size for speed. Lanczos with two lobes instead of three is hard to tell apart and saves a tenth of the time; a
   * JPEG with the standard tables saves another tenth and is a tenth larger. An image decoded slightly larger than the box
   * stays so, which saves a quarter: half of 2592 pixels will do for 1280.
   */
  isQuick?: boolean;
  /** A larger result is encoded again, coarser, until it fits. */
  maxBytes?: number;
};

export type Thumbnail = { ok: true; bytes: Buffer; type: ThumbnailSpec['type'] };

/** For cards and grids, which show it at 128 × 96 px; twice that for dense screens, and at most 8 KB for slow networks. */
export const stripSpec: ThumbnailSpec = {
  name: 'strip-1',
  type: 'image/webp',
  width: 256,
  height: 192,
  quality: 75,
  maxBytes: 8192,
};

/** The whole image in the width of a card. */
export const cardSpec: ThumbnailSpec = {
  name: 'card-1',
  type: 'image/webp',
  width: 640,
  height: 640,
  quality: 75,
};

/** Widths of whole images for large displays, pixels. */
export const ladderWidths = [320, 640, 960, 1280, 1920] as const;
export type LadderWidth = (typeof ladderWidths)[number];

const ladderName = 'ladder-';

/** Whether a size is a step of the ladder. */
export function isLadder({ name }: Pick<ThumbnailSpec, 'name'>): boolean {
  return name.startsWith(ladderName);
}

/**
 * One step of the ladder, quick rather than small: at effort 0 a WebP takes three quarters of the time and is a quarter
 * larger; a JPEG takes two thirds of that and is twice as large (measured with 5 megapixels).
 */
export function ladderSpec(width: LadderWidth, type: ThumbnailSpec['type']): ThumbnailSpec {
  // Practically unlimited height: a strip of coil is a hundred times as long as it is wide.
  return {
    name: `${ladderName}${width}-3`,
    type,
    width,
    height: 16_000,
    quality: 78,
    effort: 0,
    isQuick: true,
  };
}

/** Every size that thumbnails of a known image are kept in. */
export const keptSpecs: readonly ThumbnailSpec[] = [
  stripSpec,
  cardSpec,
  ...ladderWidths.flatMap((width) => [ladderSpec(width, 'image/webp'), ladderSpec(width, 'image/jpeg')]),
];

/** The thumbnail of the old `/thumb` route: JPEG of quality 85 with a longest side of `side`. */
export function compatSpec(side: number): ThumbnailSpec {
  return { name: `compat-${side}-1`, type: 'image/jpeg', width: side, height: side, quality: 85 };
}

/** Tried in turn when a thumbnail exceeds its `maxBytes`. White noise, the worst case, fits with the last. */
const coarserSteps = [
  { quality: 50, shrink: 1 },
  { quality: 25, shrink: 1 },
  { quality: 25, shrink: 1.5 },
  { quality: 10, shrink: 2 },
  { quality: 1, shrink: 4 },
];

const truncated: ImageFailure = {
  ok: false,
  reason: 'truncated',
  message: 'the file ends before the image does',
};

/**
 * Draws the image file at a real path in the given size: upright, in sRGB, without metadata. Everything that can be
 * wrong with a file is a value; errors of the program itself are thrown.
 */
export async function renderThumbnail(
  realPath: string,
  spec: ThumbnailSpec,
  root?: string,
): Promise<Thumbnail | ImageFailure> {
  return readImage({ realPath, root }, async (source) => {
    // Decoders take zeros, as of space set aside, for the rest of the image.
    if (source.type === 'image/jpeg' && judgeBytes(source.bytes) === 'incomplete') return truncated;
    try {
      const bytes = await withImage(source, spec, (image, decoded) => {
        const sized = spec.isQuick && isNearly(decoded, spec) ? image : resize(image, spec);
        return encode(sized, spec, spec.quality).toBuffer();
      });
      const fits = spec.maxBytes === undefined || bytes.length <= spec.maxBytes;
      return { ok: true, type: spec.type, bytes: fits ? bytes : await renderCoarser(source, spec) };
    } catch (error) {
      return explainFailure(source.bytes, error);
    }
  });
}

async function withImage<T>(
  { bytes, type }: ReadImage,
  spec: ThumbnailSpec,
  use: (image: Sharp, decoded: Box) => Promise<T>,
): Promise<T> {
  if (type !== 'image/bmp') return withUntrustedImage(bytes, spec, use);
  const header = readBmpHeader(bytes);
  return use(await openBmp(bytes, header), header);
}

/** Whether an image is no more than a twentieth larger than its box. */
function isNearly(decoded: Box, box: Box): boolean {
  return decoded.width <= box.width * 1.05 && decoded.height <= box.height * 1.05;
}

async function renderCoarser(source: ReadImage, spec: ThumbnailSpec): Promise<Buffer> {
  const pixels = await withImage(source, spec, (image) =>
    resize(image, spec).raw().toBuffer({ resolveWithObject: true }),
  );
  let bytes = Buffer.alloc(0);
  for (const { quality, shrink } of coarserSteps) {
    const box = { width: Math.round(spec.width / shrink), height: Math.round(spec.height / shrink) };
    const smaller = resize(openPixels(pixels), { ...spec, ...box });
    bytes = await encode(smaller, spec, quality).toBuffer();
    if (bytes.length <= (spec.maxBytes ?? Number.POSITIVE_INFINITY)) break;
  }
  return bytes;
}

function resize(image: Sharp, spec: ThumbnailSpec): Sharp {
  const { width, height } = spec;
  const kernel = spec.isQuick ? 'lanczos2' : 'lanczos3';
  return image.resize(width, height, { fit: 'inside', withoutEnlargement: true, kernel });
}

function encode(sized: Sharp, spec: ThumbnailSpec, quality: number): Sharp {
  const image = sized.toColourspace('srgb');
  // Effort 2 of 6 is a tenth faster than the default at 4 % more bytes.
  if (spec.type === 'image/webp') return image.webp({ quality, effort: spec.effort ?? 2 });
  return image.flatten({ background: '#ffffff' }).jpeg({ quality, optimiseCoding: !spec.isQuick });
}

/**
 * Why an image could not be drawn. The decoder's own words are left out: it collects those of all images that are drawn at
 * the same time, so they may be about another file. The file's own bytes show whether it is truncated.
 */
function explainFailure(source: Buffer, error: unknown): ImageFailure {
  if (!(error instanceof Error)) throw error;
  if (error instanceof TooManyPixels) {
    return { ok: false, reason: 'too_large', message: `the image has ${error.message} of its kind` };
  }
  if (error instanceof UnsupportedBmp) {
    return { ok: false, reason: 'not_an_image', message: `the file is a BMP ${error.message}` };
  }
  if (judgeBytes(source) === 'incomplete') return truncated;
  const message = 'its data is damaged, or of a variant that is not drawn here';
  return { ok: false, reason: 'unreadable', message };
}
