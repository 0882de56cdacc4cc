import { sceneSize } from './camera.ts';
import type { Light } from './light.ts';
import { writeMarking } from './strokes.ts';
import {
  type Box,
  createSurface,
  drawMask,
  level,
  type Mask,
  type Material,
  mottle,
  paint,
  raise,
  type Surface,
  shade,
  shifted,
  soften,
} from './surface.ts';

/** A moulded ten-way connector housing of natural nylon with brass pins, on a dark fixture. */

export const connectorLight: Light = { ambient: 0.36, key: 0.72, ring: 1.9, ringAt: 0.5, ringBias: 0.5 };

const fixture: Material = { color: '#23262a', gloss: 0.06, roughness: 0.5 };
const nylon: Material = { color: '#dcd5c3', gloss: 0.12, roughness: 0.42 };
const recess: Material = { color: '#3a3731', gloss: 0.03, roughness: 0.9 };
const brass: Material = { color: '#f0c264', gloss: 0.95, roughness: 0.3, metal: 0.8 };
const bore: Material = { color: '#0b0c0d', gloss: 0, roughness: 1 };

const columns = 5;
const cavity = { wide: 66, tall: 70, pitch: 88, firstX: 176, rows: [292, 382] };

const outline =
  'M66 142Q66 128 80 128L228 128L236 84Q238 74 248 74L456 74Q466 74 468 84L476 128L624 128' +
  'Q638 128 638 142L638 424Q638 438 624 438L560 438L554 458L494 458L488 438L216 438L210 458L150 458L144 438' +
  'L80 438Q66 438 66 424Z';

/** Where a pin stands: the regions a missing part may be taken from. */
export const connectorParts: readonly Box[] = cavities().map(({ x, y }) => {
  return { left: x - 31, top: y - 33, right: x + 31, bottom: y + 33 };
});

/** The connector with (`populated`) or without its pins. */
export async function drawConnector(populated: boolean): Promise<Surface> {
  const surface = createSurface(sceneSize.width, sceneSize.height, fixture);
  mottle(surface, new Float32Array(surface.relief.length).fill(1), 1, 0.05, 0.06, 'fixture');
  await bolt(surface);
  await mold(surface);
  await openCavities(surface);
  if (populated) await setPins(surface);
  return surface;
}

/** How much of the housing covers each pixel: defects stay on it. */
export async function connectorBody(): Promise<Mask> {
  const body = await drawMask(sceneSize, `<path d="${outline}"/>`);
  const open = await drawMask(
    sceneSize,
    cavities()
      .map((at) => opening(at, 0))
      .join(''),
  );
  return body.map((cover, index) => cover * (1 - open[index]!));
}

/** The fixture's own screws, so that the dark ground is a place and not a void. */
async function bolt(surface: Surface): Promise<void> {
  const heads = await drawMask(
    sceneSize,
    '<circle cx="74" cy="74" r="19"/><circle cx="640" cy="74" r="19"/>',
  );
  paint(surface, heads, { color: '#4c5055', gloss: 0.4, roughness: 0.35, metal: 0.8 });
  level(surface, soften(sceneSize, heads, 2), 6);
  const hex = (x: number, y: number): string =>
    `<path transform="translate(${x} ${y})" d="M-11 0L-5.5 -9.5L5.5 -9.5L11 0L5.5 9.5L-5.5 9.5Z"/>`;
  const sockets = await drawMask(sceneSize, hex(74, 74) + hex(640, 74));
  paint(surface, sockets, bore);
  raise(surface, soften(sceneSize, sockets, 1), -6);
}

async function mold(surface: Surface): Promise<void> {
  const body = await drawMask(sceneSize, `<path d="${outline}"/>`);
  shade(surface, soften(sceneSize, shifted(sceneSize, body, 10, 12), 7), 0.3);
  paint(surface, body, nylon);
  level(surface, body, 0);
  raise(surface, soften(sceneSize, body, 3), 26);
  mottle(surface, body, 2, 0.012, 0.05, 'nylon');
  const latch = await drawMask(sceneSize, '<rect x="272" y="90" width="160" height="46" rx="7"/>');
  raise(surface, soften(sceneSize, latch, 2), 9);
  const slots =
    '<rect x="92" y="258" width="9" height="156" rx="4"/><rect x="603" y="258" width="9" height="156" rx="4"/>' +
    '<rect x="120" y="160" width="464" height="6" rx="3"/>';
  const grooves = await drawMask(sceneSize, slots);
  raise(surface, soften(sceneSize, grooves, 1), -7);
  shade(surface, grooves, 0.7);
  const pits =
    '<circle cx="100" cy="196" r="11"/><circle cx="604" cy="196" r="11"/><circle cx="352" cy="204" r="6"/>';
  raise(surface, soften(sceneSize, await drawMask(sceneSize, pits), 1), -2.5);
  const words = writeMarking('HX-1', 316, 102, 21, 4) + writeMarking('PA66', 150, 190, 17, 3.2);
  raise(surface, soften(sceneSize, await drawMask(sceneSize, words), 1), 3.5);
  const rib = await drawMask(sceneSize, '<rect x="136" y="333" width="432" height="8" rx="4"/>');
  raise(surface, soften(sceneSize, rib, 1), 4);
}

async function openCavities(surface: Surface): Promise<void> {
  const rims = await drawMask(
    sceneSize,
    cavities()
      .map((at) => opening(at, 5))
      .join(''),
  );
  raise(surface, soften(sceneSize, rims, 2), -6);
  const holes = await drawMask(
    sceneSize,
    cavities()
      .map((at) => opening(at, 0))
      .join(''),
  );
  paint(surface, holes, recess);
  level(surface, soften(sceneSize, holes, 1), -14);
  const lit = soften(sceneSize, shifted(sceneSize, holes, 12, 16), 5);
  shade(
    surface,
    holes.map((cover, index) => cover * (1 - lit[index]!)),
    0.12,
  );
}

async function setPins(surface: Surface): Promise<void> {
  const blades = cavities().map(
    ({ x, y }) => `<rect x="${x - 15}" y="${y - 21}" width="30" height="42" rx="6"/>`,
  );
  const pins = await drawMask(sceneSize, blades.join(''));
  const shadow = soften(sceneSize, shifted(sceneSize, pins, 6, 8), 4);
  shade(surface, shadow, 0.35);
  paint(surface, pins, brass);
  level(surface, pins, -10);
  raise(surface, soften(sceneSize, pins, 4), 22);
  mottle(surface, pins, 1, 0.05, 0.1, 'brass');
}

function opening(at: { x: number; y: number }, grow: number): string {
  const wide = cavity.wide + 2 * grow;
  const tall = cavity.tall + 2 * grow;
  return `<rect x="${at.x - wide / 2}" y="${at.y - tall / 2}" width="${wide}" height="${tall}" rx="${7 + grow}"/>`;
}

function cavities(): { x: number; y: number }[] {
  return cavity.rows.flatMap((y) =>
    Array.from({ length: columns }, (_, column) => ({ x: cavity.firstX + column * cavity.pitch, y })),
  );
}
