import sharp from 'sharp';
import { createRandom } from './random.ts';

/**
 * A part as a camera meets it, pixel by pixel: how high the material stands, what color it has and how it
 * reflects. Parts are built by painting and raising masks; `light.ts` turns the result into a picture. All
 * maps are 0..1 except `relief` (pixels of height) and `color` (linear light, three values a pixel).
 */
export type Surface = {
  width: number;
  height: number;
  relief: Float32Array;
  color: Float32Array;
  /** Share of mirror-like reflection. */
  gloss: Float32Array;
  /** How much that reflection is blurred: 0 polished, 1 none. */
  roughness: Float32Array;
  /** 1 where the reflection takes the material's own color. */
  metal: Float32Array;
};

/** Coverage of each pixel, 0..1, as large as the surface it is used on. */
export type Mask = Float32Array;

/** A rectangle of whole pixels; `right` and `bottom` are outside. */
export type Box = { left: number; top: number; right: number; bottom: number };

export type Material = { color: string; gloss: number; roughness: number; metal?: number };

/** A flat surface of one material. */
export function createSurface(width: number, height: number, material: Material): Surface {
  const count = width * height;
  const surface: Surface = {
    width,
    height,
    relief: new Float32Array(count),
    color: new Float32Array(count * 3),
    gloss: new Float32Array(count),
    roughness: new Float32Array(count),
    metal: new Float32Array(count),
  };
  paint(surface, new Float32Array(count).fill(1), material);
  return surface;
}

/** Draws white SVG shapes and answers their coverage, anti-aliased. */
export async function drawMask(size: { width: number; height: number }, shapes: string): Promise<Mask> {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">`;
  const svg = `${head}<rect width="100%" height="100%"/><g fill="#fff" stroke-linejoin="round">${shapes}</g></svg>`;
  const pixels = await sharp(Buffer.from(svg)).extractChannel(0).raw().toBuffer();
  const mask = new Float32Array(pixels.length);
  for (let index = 0; index < mask.length; index += 1) mask[index] = pixels[index]! / 255;
  return mask;
}

/** Coverage computed from a pixel's position; for shapes that are easier to compute than to draw. */
export function computeMask(
  size: { width: number; height: number },
  cover: (x: number, y: number) => number,
): Mask {
  const mask = new Float32Array(size.width * size.height);
  for (let y = 0, index = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1, index += 1) mask[index] = clamp(cover(x, y));
  }
  return mask;
}

/** Covers the masked pixels with a material; half coverage blends. */
export function paint(surface: Surface, mask: Mask, material: Material, opacity = 1): void {
  const [red, green, blue] = toLinear(material.color);
  const { color, gloss, roughness, metal } = surface;
  for (let index = 0; index < mask.length; index += 1) {
    const cover = mask[index]! * opacity;
    if (cover === 0) continue;
    const at = index * 3;
    color[at] = mix(color[at]!, red, cover);
    color[at + 1] = mix(color[at + 1]!, green, cover);
    color[at + 2] = mix(color[at + 2]!, blue, cover);
    gloss[index] = mix(gloss[index]!, material.gloss, cover);
    roughness[index] = mix(roughness[index]!, material.roughness, cover);
    metal[index] = mix(metal[index]!, material.metal ?? 0, cover);
  }
}

/** Darkens (factor below 1) or lightens the masked pixels' color: shadows, dirt, wear. */
export function shade(surface: Surface, mask: Mask, factor: number): void {
  for (let index = 0; index < mask.length; index += 1) {
    const scale = mix(1, factor, mask[index]!);
    if (scale === 1) continue;
    for (let at = index * 3; at < index * 3 + 3; at += 1) surface.color[at]! *= scale;
    if (scale < 1) surface.gloss[index]! *= scale;
  }
}

/** Lifts (or, negative, sinks) the masked pixels; a softer mask gives a wider bevel. */
export function raise(surface: Surface, mask: Mask, depth: number): void {
  for (let index = 0; index < mask.length; index += 1) surface.relief[index]! += mask[index]! * depth;
}

/** Sets the masked pixels to one height, whatever lay below: a part placed on top of others. */
export function level(surface: Surface, mask: Mask, at: number): void {
  for (let index = 0; index < mask.length; index += 1) {
    surface.relief[index] = mix(surface.relief[index]!, at, mask[index]!);
  }
}

/** Uneven material: color wavers by `amount` and relief by `rough` pixels, in grains of about `grain` pixels. */
export function mottle(
  surface: Surface,
  mask: Mask,
  grain: number,
  amount: number,
  rough: number,
  key: string,
): void {
  const field = drawGrain(surface, grain, key);
  for (let index = 0; index < mask.length; index += 1) {
    const swing = field[index]! * mask[index]!;
    if (swing === 0) continue;
    const scale = Math.max(0.2, 1 + swing * amount);
    for (let at = index * 3; at < index * 3 + 3; at += 1) surface.color[at]! *= scale;
    surface.relief[index]! += swing * rough;
  }
}

/** The mask softened by about `radius` pixels: two box blurs each way, near enough to a Gaussian. */
export function soften(size: { width: number; height: number }, mask: Mask, radius: number): Mask {
  let soft = mask;
  for (let pass = 0; pass < 2; pass += 1) soft = blurColumns(size, blurRows(size, soft, radius), radius);
  return soft;
}

/** The mask moved by whole pixels; what comes in from outside is empty. */
export function shifted(
  size: { width: number; height: number },
  mask: Mask,
  right: number,
  down: number,
): Mask {
  return computeMask(size, (x, y) => {
    const inside = x >= right && x - right < size.width && y >= down && y - down < size.height;
    return inside ? mask[(y - down) * size.width + x - right]! : 0;
  });
}

/** `#rrggbb` as linear light (sRGB transfer curve, IEC 61966-2-1). */
function toLinear(hex: string): [number, number, number] {
  const channel = (offset: number): number => {
    const value = Number.parseInt(hex.slice(offset, offset + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Softened noise with mean 0 and standard deviation 1. */
function drawGrain(size: { width: number; height: number }, grain: number, key: string): Float32Array {
  const random = createRandom(key);
  const noise = new Float32Array(size.width * size.height);
  for (let index = 0; index < noise.length; index += 1) noise[index] = random.next() - 0.5;
  const field = grain < 1 ? noise : soften(size, noise, grain);
  let power = 0;
  for (const value of field) power += value * value;
  const scale = 1 / Math.sqrt(power / field.length);
  return field.map((value) => value * scale);
}

function blurRows(size: { width: number; height: number }, mask: Mask, radius: number): Mask {
  const { width, height } = size;
  const blurred = new Float32Array(mask.length);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    const at = (x: number): number => mask[row + (x < 0 ? 0 : x >= width ? width - 1 : x)]!;
    let sum = 0;
    for (let x = -radius; x <= radius; x += 1) sum += at(x);
    for (let x = 0; x < width; x += 1) {
      blurred[row + x] = sum / (2 * radius + 1);
      sum += at(x + radius + 1) - at(x - radius);
    }
  }
  return blurred;
}

function blurColumns(size: { width: number; height: number }, mask: Mask, radius: number): Mask {
  const { width, height } = size;
  const blurred = new Float32Array(mask.length);
  const sums = new Float32Array(width);
  const rowAt = (y: number): number => (y < 0 ? 0 : y >= height ? height - 1 : y) * width;
  for (let y = -radius; y <= radius; y += 1) {
    for (let x = 0; x < width; x += 1) sums[x]! += mask[rowAt(y) + x]!;
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      blurred[y * width + x] = sums[x]! / (2 * radius + 1);
      sums[x]! += mask[rowAt(y + radius + 1) + x]! - mask[rowAt(y - radius) + x]!;
    }
  }
  return blurred;
}
