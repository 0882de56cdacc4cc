import { sceneSize } from './camera.ts';
import type { Light } from './light.ts';
import { createRandom } from './random.ts';
import { writeMarking } from './strokes.ts';
import {
  type Box,
  computeMask,
  createSurface,
  drawMask,
  level,
  type Mask,
  type Material,
  mix,
  mottle,
  paint,
  raise,
  type Surface,
  shade,
  shifted,
  soften,
} from './surface.ts';

/** A ball bearing lying on a light table under a black-and-white camera: turned steel, polished balls, a cage. */

export const ringLight: Light = { ambient: 0.42, key: 0.5, ring: 1.7, ringAt: 0.44, ringBias: 0.55 };

const table: Material = { color: '#e4e4e4', gloss: 0.03, roughness: 0.9 };
const gap: Material = { color: '#242424', gloss: 0.05, roughness: 0.7 };
const steel: Material = { color: '#c4c4c4', gloss: 0.75, roughness: 0.36, metal: 0.75 };
const land: Material = { color: '#d9d9d9', gloss: 0.7, roughness: 0.2, metal: 1 };
const ball: Material = { color: '#d8d8d8', gloss: 1, roughness: 0.05, metal: 1 };
const cage: Material = { color: '#8a8a8a', gloss: 0.45, roughness: 0.3, metal: 0.7 };
const engraving: Material = { color: '#2c2c2c', gloss: 0.04, roughness: 0.8 };

const center = { x: sceneSize.width / 2, y: sceneSize.height / 2 };
const outerRing = { from: 158, to: 212 };
const innerRing = { from: 70, to: 112 };
const balls = { count: 9, radius: 27, at: 135 };
const firstBall = -1.1;

/** Where a ball sits: the regions a missing part may be taken from. */
export const ringParts: readonly Box[] = Array.from({ length: balls.count }, (_, index) => {
  const { x, y } = ballCenter(index);
  const half = balls.radius + 3;
  return {
    left: Math.floor(x - half),
    top: Math.floor(y - half),
    right: Math.ceil(x + half),
    bottom: Math.ceil(y + half),
  };
});

/** The bearing with (`populated`) or without its balls. */
export async function drawRing(populated: boolean): Promise<Surface> {
  const surface = createSurface(sceneSize.width, sceneSize.height, table);
  mottle(surface, new Float32Array(surface.relief.length).fill(1), 2, 0.006, 0.005, 'table');
  const whole = annulus(innerRing.from, outerRing.to);
  shade(surface, soften(sceneSize, shifted(sceneSize, whole, 9, 11), 8), 0.42);
  paint(surface, annulus(innerRing.to - 2, outerRing.from + 2), gap);
  level(surface, annulus(innerRing.to - 2, outerRing.from + 2), -8);
  setCage(surface);
  if (populated) setBalls(surface);
  for (const { from, to } of [outerRing, innerRing]) turnRing(surface, from, to);
  await engrave(surface);
  return surface;
}

/** How much of the bearing covers each pixel: defects stay on it. */
export function ringBody(): Mask {
  const outer = annulus(outerRing.from + 2, outerRing.to - 3);
  const inner = annulus(innerRing.from + 3, innerRing.to - 2);
  return outer.map((cover, index) => Math.max(cover, inner[index]!));
}

/** Stamped steel between the balls, riveted. */
function setCage(surface: Surface): void {
  const strip = computeMask(sceneSize, (x, y) => {
    const fromMiddle = 12 - Math.abs(Math.hypot(x - center.x, y - center.y) - balls.at);
    return fromMiddle <= 0 ? 0 : Math.min(fromMiddle, awayFromBall(x, y) - balls.radius + 2.5);
  });
  paint(surface, strip, cage);
  level(surface, soften(sceneSize, strip, 2), 6);
  mottle(surface, strip, 1, 0.08, 0.2, 'cage');
  const rivets = computeMask(sceneSize, (x, y) => 6 - awayFromBall(x, y, 0.5));
  paint(surface, rivets, land);
  raise(surface, soften(sceneSize, rivets, 2), 4);
}

function setBalls(surface: Surface): void {
  const discs = computeMask(sceneSize, (x, y) => balls.radius + 0.5 - awayFromBall(x, y));
  paint(surface, discs, ball);
  for (let index = 0; index < discs.length; index += 1) {
    if (discs[index] === 0) continue;
    const away = awayFromBall(index % surface.width, Math.floor(index / surface.width));
    surface.relief[index] = Math.sqrt(Math.max(0, balls.radius ** 2 - away ** 2)) - 8;
  }
}

/** A face turned on a lathe: concentric grooves whose depth wavers, chamfered on both edges. */
function turnRing(surface: Surface, from: number, to: number): void {
  const face = annulus(from, to);
  paint(surface, face, steel);
  level(surface, face, 0);
  raise(surface, soften(sceneSize, face, 2), 15);
  paint(surface, annulus(from + 6, from + 8), land);
  const random = createRandom(`lathe:${from}`);
  const grooves = Float32Array.from({ length: 260 }, () => random.normal());
  for (let y = 0, index = 0; y < surface.height; y += 1) {
    for (let x = 0; x < surface.width; x += 1, index += 1) {
      if (face[index] === 0) continue;
      const away = Math.hypot(x - center.x, y - center.y);
      const step = Math.floor(away / 1.5);
      const groove = mix(grooves[step]!, grooves[step + 1]!, away / 1.5 - step);
      const wide = mix(grooves[200 - (step >> 2)]!, grooves[199 - (step >> 2)]!, away / 6 - (step >> 2));
      surface.relief[index]! += (groove * 0.07 + wide * 0.28) * face[index]!;
      const angle = Math.atan2(y - center.y, x - center.x);
      const shine = 1 + 0.42 * Math.cos(2 * (angle - 0.9)) + 0.14 * Math.cos(5 * angle) + 0.035 * groove;
      for (let at = index * 3; at < index * 3 + 3; at += 1) surface.color[at]! *= mix(1, shine, face[index]!);
    }
  }
  mottle(surface, face, 3, 0.03, 0.1, `face:${from}`);
}

async function engrave(surface: Surface): Promise<void> {
  const middle = (outerRing.from + outerRing.to) / 2 + 3;
  const arc = (text: string, start: number): string =>
    [...text]
      .map((character, index) => {
        const turn = start + index * 5.4;
        return `<g transform="rotate(${turn} ${center.x} ${center.y})">${writeMarking(character, center.x - 5, center.y - middle - 6, 15, 2.2)}</g>`;
      })
      .join('');
  const marks = await drawMask(sceneSize, arc('OR-2CT', -64) + arc('6204-C3', 24));
  paint(surface, marks, engraving, 0.85);
  raise(surface, marks, -0.8);
}

function annulus(from: number, to: number): Mask {
  return computeMask(sceneSize, (x, y) => {
    const away = Math.hypot(x - center.x, y - center.y);
    return Math.min(away - from + 0.5, to - away + 0.5);
  });
}

/** Pixels to the nearest ball's center, or, half a step on, to the nearest rivet's between them. */
function awayFromBall(x: number, y: number, offset = 0): number {
  const step = (2 * Math.PI) / balls.count;
  const nearest = Math.round((Math.atan2(y - center.y, x - center.x) - firstBall) / step - offset) + offset;
  const at = ballCenter(nearest);
  return Math.hypot(x - at.x, y - at.y);
}

function ballCenter(index: number): { x: number; y: number } {
  const angle = firstBall + (index / balls.count) * 2 * Math.PI;
  return { x: center.x + balls.at * Math.cos(angle), y: center.y + balls.at * Math.sin(angle) };
}
