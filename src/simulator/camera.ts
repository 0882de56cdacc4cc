import sharp from 'sharp';
import { createRandom, type Random } from './random.ts';

/** What every picture measures, in pixels. */
export const pictureWidth = 640;
export const pictureHeight = 480;
/** Surfaces are larger by this much on every side, so that a turned part has no empty corners. */
export const pictureMargin = 32;
export const sceneSize = {
  width: pictureWidth + 2 * pictureMargin,
  height: pictureHeight + 2 * pictureMargin,
};

const jpegQuality = 80;

/** How one unit lay under the camera and how the camera saw it. */
export type Shot = {
  /** Offset from the taught position, pixels. */
  shiftX: number;
  shiftY: number;
  /** Rotation from the taught position, radians. */
  turn: number;
  /** Brightness against the taught one. */
  gain: number;
  /** Standard deviation of the sensor's noise in grey levels. */
  noise: number;
  /** Black-and-white camera. */
  mono: boolean;
};

/** A unit's own small differences: it never lies or shines exactly like the last one. */
export function takeAim(random: Random, mono: boolean): Shot {
  return {
    shiftX: random.normal() * 3.2,
    shiftY: random.normal() * 2.4,
    turn: Math.max(-0.03, Math.min(0.03, random.normal() * 0.009)),
    gain: 1 + random.normal() * 0.035,
    noise: random.between(0.9, 1.4),
    mono,
  };
}

/** Photographs linear light of `sceneSize` as a JPEG of 640×480: pose, lens shading, tone curve, sensor noise. */
export async function photograph(light: Float32Array, shot: Shot, random: Random): Promise<Buffer> {
  const channels = shot.mono ? 1 : 3;
  const pixels = Buffer.allocUnsafe(pictureWidth * pictureHeight * channels);
  const cos = Math.cos(shot.turn);
  const sin = Math.sin(shot.turn);
  const seen = new Float32Array(3);
  for (let y = 0, out = 0; y < pictureHeight; y += 1) {
    const fromY = y - pictureHeight / 2;
    let noiseAt = random.integer(0, noiseTable.length - 1);
    for (let x = 0; x < pictureWidth; x += 1) {
      const fromX = x - pictureWidth / 2;
      const sceneX = cos * fromX - sin * fromY + shot.shiftX + sceneSize.width / 2;
      const sceneY = sin * fromX + cos * fromY + shot.shiftY + sceneSize.height / 2;
      sample(light, sceneX, sceneY, seen);
      const shading = shot.gain * (1 - 8.5e-7 * (fromX * fromX + fromY * fromY)) * toneScale;
      if (shot.mono) seen[0] = 0.2126 * seen[0]! + 0.7152 * seen[1]! + 0.0722 * seen[2]!;
      for (let channel = 0; channel < channels; channel += 1) {
        noiseAt = (noiseAt + 1) & (noiseTable.length - 1);
        const step = (seen[channel]! * shading) | 0;
        const level = toneTable[step < toneSteps ? step : toneSteps - 1]! + noiseTable[noiseAt]! * shot.noise;
        pixels[out] = level < 0 ? 0 : level > 255 ? 255 : level;
        out += 1;
      }
    }
  }
  const raw = { width: pictureWidth, height: pictureHeight, channels } as const;
  return sharp(pixels, { raw }).jpeg({ quality: jpegQuality }).toBuffer();
}

/** What a real lens does to light (three values a pixel): each pixel shares with its neighbors, 1-2-1 both ways. */
export function blurLens(light: Float32Array, size: { width: number; height: number }): Float32Array {
  const row = size.width * 3;
  const across = light.slice();
  for (let at = 3; at < light.length - 3; at += 1) {
    across[at] = (light[at - 3]! + 2 * light[at]! + light[at + 3]!) / 4;
  }
  const both = across.slice();
  for (let at = row; at < light.length - row; at += 1) {
    both[at] = (across[at - row]! + 2 * across[at]! + across[at + row]!) / 4;
  }
  return both;
}

const lastColumn = sceneSize.width - 2;
const lastRow = sceneSize.height - 2;

/** The light between four pixels, weighted by nearness; outside the scene its edge goes on. */
function sample(light: Float32Array, x: number, y: number, into: Float32Array): void {
  const left = x < 0 ? 0 : x > lastColumn ? lastColumn : x | 0;
  const top = y < 0 ? 0 : y > lastRow ? lastRow : y | 0;
  const right = x < 0 ? 0 : x > lastColumn ? 1 : x - left;
  const down = y < 0 ? 0 : y > lastRow ? 1 : y - top;
  const at = (top * sceneSize.width + left) * 3;
  const below = at + sceneSize.width * 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const upper = light[at + channel]!;
    const lower = light[below + channel]!;
    const above = upper + (light[at + 3 + channel]! - upper) * right;
    into[channel] = above + (lower + (light[below + 3 + channel]! - lower) * right - above) * down;
  }
}

const toneSteps = 4096;
const toneScale = toneSteps / 2;

/** Linear light 0..2 to an 8-bit level: sRGB with a shoulder, so that highlights roll off instead of clipping. */
const toneTable = Float32Array.from({ length: toneSteps }, (_, step) => {
  const light = step / toneScale;
  const held = light < 0.6 ? light : 0.6 + 0.4 * (1 - Math.exp(-(light - 0.6) / 0.4));
  return 255 * (held <= 0.0031308 ? held * 12.92 : 1.055 * held ** (1 / 2.4) - 0.055);
});

const noiseTable = (() => {
  const random = createRandom('sensor');
  return Float32Array.from({ length: 1 << 16 }, () => random.normal());
})();
