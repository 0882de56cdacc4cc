import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../simulator/random.ts';
import { imageName } from './file-trees.ts';

/** An image as the cameras of S1 make them: 640 × 480, JPEG. */
export function drawImage(): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#2e7d4f' } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** Five million pixels in the camera's usual shape. */
const width = 2592;
const height = 1944;
const channels = 3;
const shapes = 400;
const grain = 9;

/** A picture as hard to decode as a photograph of a board: many edges, and the noise of a sensor over all of it. */
export async function drawPhotograph(seed: string): Promise<Buffer> {
  const random = createRandom(`bench:photograph:${seed}`);
  const pixels = Buffer.alloc(width * height * channels, 80);
  for (let shape = 0; shape < shapes; shape++) {
    const [left, top] = [random.integer(0, width - 200), random.integer(0, height - 200)];
    const [right, bottom] = [left + random.integer(4, 200), top + random.integer(4, 200)];
    const colour = Buffer.from([random.integer(0, 255), random.integer(0, 255), random.integer(0, 255)]);
    for (let y = top; y < bottom; y++) {
      pixels.fill(colour, (y * width + left) * channels, (y * width + right) * channels);
    }
  }
  for (let i = 0; i < pixels.length; i++) {
    const value = (pixels[i] ?? 0) + random.integer(-grain, grain);
    pixels[i] = Math.min(Math.max(value, 0), 255);
  }
  return sharp(pixels, { raw: { width, height, channels } }).jpeg({ quality: 90 }).toBuffer();
}

/** Five million pixels that do not compress: a file of about five MB. */
export function drawNoise(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels, background: '#888', noise } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

/** Writes photographs as old images of one station; answers their paths. */
export async function writePhotographs(watchDir: string, count: number, ageMs: number): Promise<string[]> {
  const folder = join(watchDir, 'S9', 'OR-3CT');
  mkdirSync(folder, { recursive: true });
  const startAt = Date.now() - ageMs;
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(folder, imageName('OK', startAt + i * 1000, i + 1));
    writeFileSync(path, await drawPhotograph(String(i)));
    paths.push(path);
  }
  return paths;
}
