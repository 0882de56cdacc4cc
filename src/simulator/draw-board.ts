import {
  chips,
  circles,
  ends,
  fanEnds,
  fanOut,
  frame,
  links,
  markChip,
  outline,
  outlineLeads,
  pack,
  packLeads,
  polarityBar,
  slab,
  vias,
} from './board-layout.ts';
import { pictureMargin, sceneSize } from './camera.ts';
import type { Light } from './light.ts';
import { createRandom } from './random.ts';
import { writeMarking } from './strokes.ts';
import {
  computeMask,
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

/** An assembled circuit board under a ring light: solder mask, traces, vias, chips, a quad flat pack. */

export const boardLight: Light = { ambient: 0.4, key: 0.72, ring: 1.9, ringAt: 0.5, ringBias: 0.4 };

const solderMask: Material = { color: '#0a4a37', gloss: 0.1, roughness: 0.34 };
const coveredCopper: Material = { color: '#1f7d5c', gloss: 0.14, roughness: 0.3 };
const gold: Material = { color: '#d9a84e', gloss: 0.55, roughness: 0.32, metal: 1 };
const solder: Material = { color: '#c6cbcc', gloss: 0.85, roughness: 0.14, metal: 1 };
const tin: Material = { color: '#d2d3cf', gloss: 0.75, roughness: 0.3, metal: 1 };
const epoxy: Material = { color: '#1b1c1f', gloss: 0.14, roughness: 0.62 };
const ceramic: Material = { color: '#8d6b4b', gloss: 0.2, roughness: 0.45 };
const tantalum: Material = { color: '#d39a2c', gloss: 0.16, roughness: 0.5 };
const ink: Material = { color: '#e6ebe4', gloss: 0.08, roughness: 0.7 };
const paleInk: Material = { color: '#9aa09f', gloss: 0.05, roughness: 0.8 };
const hole: Material = { color: '#060807', gloss: 0, roughness: 1 };

/** The board with (`populated`) or without its chips. */
export async function drawBoard(populated: boolean): Promise<Surface> {
  const surface = createSurface(sceneSize.width, sceneSize.height, solderMask);
  weave(surface);
  await layCopper(surface);
  await printInk(surface);
  await placeLeads(surface);
  await openPads(surface, populated);
  if (populated) await placeChips(surface);
  await placePacks(surface);
  return surface;
}

async function layCopper(surface: Surface): Promise<void> {
  const traces = [...fanOut(), ...links()].map((path) => `<path d="${path}"/>`).join('');
  const pour = '<path d="M0 500L150 500L182 528L0 528ZM640 0L704 0L704 528L662 528L662 200L640 178Z"/>';
  const wires = `<g fill="none" stroke="#fff" stroke-width="7.5" stroke-linecap="round">${traces}</g>`;
  const copper = await drawMask(sceneSize, pour + wires + circles(vias, 12) + circles(fanEnds(), 7.5));
  paint(surface, copper, coveredCopper);
  raise(surface, soften(sceneSize, copper, 1), 1.7);
  paint(surface, await drawMask(sceneSize, circles(vias, 10)), gold);
  const holes = await drawMask(sceneSize, circles(vias, 5));
  paint(surface, holes, hole);
  raise(surface, soften(sceneSize, holes, 1), -5);
}

async function printInk(surface: Surface): Promise<void> {
  const lines = `<g fill="none" stroke="#fff" stroke-width="2.6">${chips.map(frame).join('')}</g>`;
  const names = [
    writeMarking('C11', 142, 84, 13, 2.4),
    writeMarking('R4', 144, 388, 13, 2.4),
    writeMarking('U2', 470, 62, 15, 2.6),
    writeMarking('OR-3CT', 438, 478, 17, 2.8),
    writeMarking('U1', 412, 352, 15, 2.6),
  ];
  const printed = await drawMask(sceneSize, `${lines}${names.join('')}<circle cx="192" cy="158" r="5"/>`);
  paint(surface, printed, ink, 0.92);
  raise(surface, printed, 0.35);
}

async function placeLeads(surface: Surface): Promise<void> {
  const leads = await drawMask(sceneSize, [...packLeads(30, 10), ...outlineLeads(26, 12)].join(''));
  paint(surface, leads, solder);
  level(surface, soften(sceneSize, leads, 2), 6);
  const feet = await drawMask(sceneSize, [...packLeads(19, 7), ...outlineLeads(17, 9)].join(''));
  paint(surface, feet, tin);
  level(surface, soften(sceneSize, feet, 1), 10);
}

async function openPads(surface: Surface, populated: boolean): Promise<void> {
  const pads = await drawMask(sceneSize, chips.map((chip) => ends(chip, 24, 2, 4)).join(''));
  paint(surface, pads, solder);
  level(surface, soften(sceneSize, pads, populated ? 4 : 3), populated ? 15 : 5);
}

async function placeChips(surface: Surface): Promise<void> {
  const whole = await drawMask(sceneSize, chips.map((chip) => slab(chip, 0, 4)).join(''));
  castShadow(surface, whole, 5);
  level(surface, soften(sceneSize, whole, 2), 26);
  const caps = await drawMask(sceneSize, chips.map((chip) => ends(chip, 15, 0, 0)).join(''));
  paint(surface, caps, tin);
  mottle(surface, caps, 2, 0.06, 0.14, 'tin');
  for (const [kind, material] of Object.entries({ ceramic, resistor: epoxy, tantalum })) {
    const own = chips.filter((chip) => chip.kind === kind);
    const bodies = await drawMask(sceneSize, own.map((chip) => slab(chip, 15, 1)).join(''));
    paint(surface, bodies, material);
    mottle(surface, bodies, 0, 0.05, 0.05, kind);
  }
  const bars = chips.filter((chip) => chip.kind === 'tantalum').map(polarityBar);
  paint(surface, await drawMask(sceneSize, bars.join('')), epoxy, 0.85);
  const marks = await drawMask(sceneSize, chips.map(markChip).join(''));
  paint(surface, marks, paleInk, 0.9);
}

async function placePacks(surface: Surface): Promise<void> {
  const { x, y, half } = pack;
  const quad = `<rect x="${x - half}" y="${y - half}" width="${2 * half}" height="${2 * half}" rx="5"/>`;
  const left = outline.x - outline.halfWide;
  const top = outline.y - outline.halfTall;
  const size = `width="${2 * outline.halfWide}" height="${2 * outline.halfTall}"`;
  const bodies = await drawMask(sceneSize, `${quad}<rect x="${left}" y="${top}" ${size} rx="4"/>`);
  castShadow(surface, bodies, 7);
  paint(surface, bodies, epoxy);
  level(surface, soften(sceneSize, bodies, 2), 24);
  mottle(surface, bodies, 0, 0.09, 0.06, 'pack');
  const dimples = `<circle cx="${x - half + 20}" cy="${y - half + 20}" r="8"/><circle cx="${left + 15}" cy="${top + 15}" r="6"/>`;
  raise(surface, soften(sceneSize, await drawMask(sceneSize, dimples), 1), -3);
  const marks = [
    writeMarking('3CT-05', x - 48, y - 22, 20, 2.6),
    writeMarking('2536 A1', x - 50, y + 14, 16, 2.2),
    writeMarking('24C02', outline.x - 31, outline.y - 6, 14, 2.2),
  ];
  paint(surface, await drawMask(sceneSize, marks.join('')), paleInk, 0.75);
}

/** The whole board may be hurt, but not beyond what the camera surely sees. */
export function boardBody(): Mask {
  const edge = pictureMargin + 24;
  return computeMask(sceneSize, (x, y) =>
    Math.min(x - edge, y - edge, sceneSize.width - edge - x, sceneSize.height - edge - y),
  );
}

/** The glass fabric below the mask shows as a faint weave. */
function weave(surface: Surface): void {
  const random = createRandom('weave');
  for (let y = 0, index = 0; y < surface.height; y += 1) {
    for (let x = 0; x < surface.width; x += 1, index += 1) {
      const fabric = 0.035 * Math.sin(x * 0.9 + 0.3 * Math.sin(y * 0.05)) * Math.sin(y * 0.9);
      surface.relief[index]! += fabric + 0.03 * (random.next() - 0.5);
    }
  }
}

function castShadow(surface: Surface, mask: Float32Array, reach: number): void {
  shade(surface, soften(sceneSize, shifted(sceneSize, mask, reach, reach), 3), 0.45);
}
