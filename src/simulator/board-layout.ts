import { writeMarking } from './strokes.ts';
import type { Box } from './surface.ts';

/** Where everything on the demo board lies, as SVG shapes in scene pixels; `draw-board.ts` gives them material. */

type Point = readonly [number, number];

export type Chip = {
  x: number;
  y: number;
  long: number;
  wide: number;
  upright: boolean;
  kind: 'ceramic' | 'resistor' | 'tantalum';
  mark: string;
};

export const chips: readonly Chip[] = [
  { x: 98, y: 128, long: 92, wide: 50, upright: true, kind: 'ceramic', mark: '' },
  { x: 98, y: 262, long: 92, wide: 50, upright: true, kind: 'resistor', mark: '103' },
  { x: 98, y: 396, long: 92, wide: 50, upright: true, kind: 'ceramic', mark: '' },
  { x: 224, y: 78, long: 92, wide: 50, upright: false, kind: 'resistor', mark: '472' },
  { x: 366, y: 78, long: 92, wide: 50, upright: false, kind: 'ceramic', mark: '' },
  { x: 556, y: 268, long: 128, wide: 76, upright: false, kind: 'tantalum', mark: '107' },
  { x: 230, y: 452, long: 92, wide: 50, upright: false, kind: 'ceramic', mark: '' },
  { x: 372, y: 452, long: 92, wide: 50, upright: false, kind: 'resistor', mark: '103' },
  { x: 556, y: 398, long: 128, wide: 76, upright: false, kind: 'tantalum', mark: '226' },
];

/** The quad flat pack and the small-outline pack beside it. */
export const pack = { x: 298, y: 264, half: 88, leads: 9, pitch: 17.5 };
export const outline = { x: 556, y: 122, halfWide: 44, halfTall: 54, leads: 4, pitch: 24 };

/** Where a chip stands: the regions a missing part may be taken from. */
export const boardParts: readonly Box[] = chips.map(({ x, y, long, wide, upright }) => {
  const halfWide = (upright ? wide : long) / 2 + 12;
  const halfTall = (upright ? long : wide) / 2 + 12;
  return { left: x - halfWide, top: y - halfTall, right: x + halfWide, bottom: y + halfTall };
});

/** The quad flat pack's leads, `length` long and `wide` wide, sticking out of its body. */
export function packLeads(length: number, wide: number): string[] {
  const leads: string[] = [];
  for (let lead = 0; lead < pack.leads; lead += 1) {
    const across = (lead - (pack.leads - 1) / 2) * pack.pitch - wide / 2;
    for (const out of [pack.half - 2, -pack.half + 2 - length]) {
      leads.push(
        `<rect x="${pack.x + across}" y="${pack.y + out}" width="${wide}" height="${length}" rx="2"/>`,
      );
      leads.push(
        `<rect x="${pack.x + out}" y="${pack.y + across}" width="${length}" height="${wide}" rx="2"/>`,
      );
    }
  }
  return leads;
}

/** The small-outline pack's leads. */
export function outlineLeads(length: number, wide: number): string[] {
  const leads: string[] = [];
  for (let lead = 0; lead < outline.leads; lead += 1) {
    const y = outline.y + (lead - (outline.leads - 1) / 2) * outline.pitch - wide / 2;
    for (const x of [outline.x + outline.halfWide - 2, outline.x - outline.halfWide + 2 - length]) {
      leads.push(`<rect x="${x}" y="${y}" width="${length}" height="${wide}" rx="2"/>`);
    }
  }
  return leads;
}

/** Traces leaving the quad pack's leads, bending by 45° like a router would; each ends in a covered via. */
export function fanOut(): string[] {
  return fan().map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`);
}

/** Where those traces end. */
export function fanEnds(): Point[] {
  return fan().map((points) => points.at(-1)!);
}

function fan(): Point[][] {
  const paths: Point[][] = [];
  for (let lead = 0; lead < pack.leads; lead += 1) {
    const across = (lead - (pack.leads - 1) / 2) * pack.pitch;
    const lean = Math.sign(across) * Math.min(26, Math.abs(across) * 0.42);
    const bend = pack.half + 34 + (70 - Math.abs(across)) * 0.16;
    const end = bend + Math.abs(lean) + (lead % 2 === 0 ? 8 : 25);
    const run: Point[] = [
      [across, pack.half + 24],
      [across, bend],
      [across + lean, bend + Math.abs(lean)],
      [across + lean, end],
    ];
    paths.push(run.map(([side, out]) => [pack.x + side, pack.y + out]));
    paths.push(run.map(([side, out]) => [pack.x + side, pack.y - out]));
    paths.push(run.map(([side, out]) => [pack.x + out, pack.y + side]));
    paths.push(run.map(([side, out]) => [pack.x - out, pack.y + side]));
  }
  return paths;
}

/** Plated holes. */
export const vias: readonly Point[] = [
  [470, 196],
  [448, 330],
  [470, 412],
  [160, 208],
  [152, 330],
  [300, 124],
  [300, 404],
  [648, 330],
  [648, 462],
  [440, 118],
  [60, 470],
  [172, 478],
];

/** Traces between vias, chips and the board's edge. */
export function links(): string[] {
  return [
    'M470 196L500 196L516 180',
    'M448 330L480 298L498 298',
    'M470 412L490 412L498 404',
    'M98 174L98 216',
    'M98 308L98 350',
    'M270 78L320 78',
    'M412 78L440 106L440 118',
    'M276 452L326 452',
    'M418 452L446 452L470 428L470 412',
    'M620 268L648 296L648 330',
    'M620 398L648 426L648 462',
    'M60 470L60 450L74 436L84 436',
    'M172 478L172 462L182 452L190 452',
    'M0 60L120 60L138 78L182 78',
    'M0 42L200 42L214 28L704 28',
    'M0 24L190 24L204 10L704 10',
  ];
}

/** Circles of one radius. */
export function circles(centers: readonly Point[], radius: number): string {
  return centers.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="${radius}"/>`).join('');
}

/** The two solderable ends of a chip, `grow` pixels larger than the chip and `reach` beyond its ends. */
export function ends(chip: Chip, length: number, grow: number, reach: number): string {
  const { x, y, long, wide, upright } = chip;
  const side = wide + 2 * grow;
  return [-long / 2 - reach, long / 2 + reach - length]
    .map((start) =>
      upright
        ? `<rect x="${x - side / 2}" y="${y + start}" width="${side}" height="${length}" rx="4"/>`
        : `<rect x="${x + start}" y="${y - side / 2}" width="${length}" height="${side}" rx="4"/>`,
    )
    .join('');
}

/** A chip's body, shortened at both ends by `inset`. */
export function slab(chip: Chip, inset: number, round: number): string {
  const { x, y, long, wide, upright } = chip;
  const [wideX, wideY] = upright ? [wide, long - 2 * inset] : [long - 2 * inset, wide];
  return `<rect x="${x - wideX / 2}" y="${y - wideY / 2}" width="${wideX}" height="${wideY}" rx="${round}"/>`;
}

/** The silkscreen frame around a chip. */
export function frame({ x, y, long, wide, upright }: Chip): string {
  const [halfWide, halfTall] = upright ? [wide / 2 + 9, long / 2 + 11] : [long / 2 + 11, wide / 2 + 9];
  return `<rect x="${x - halfWide}" y="${y - halfTall}" width="${2 * halfWide}" height="${2 * halfTall}" rx="3"/>`;
}

/** The bar that marks a tantalum capacitor's positive end. */
export function polarityBar({ x, y, long, wide }: Chip): string {
  return `<rect x="${x - long / 2 + 18}" y="${y - wide / 2}" width="13" height="${wide}"/>`;
}

/** The value printed on a chip. */
export function markChip(chip: Chip): string {
  const written = writeMarking(chip.mark, chip.x - 21, chip.y - 9, 18, 3);
  return chip.upright ? `<g transform="rotate(90 ${chip.x} ${chip.y})">${written}</g>` : written;
}
