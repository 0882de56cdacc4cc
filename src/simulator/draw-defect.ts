import type { DefectKind } from './products.ts';
import type { Random } from './random.ts';
import {
  computeMask,
  drawMask,
  type Mask,
  type Material,
  paint,
  raise,
  type Surface,
  shade,
  soften,
} from './surface.ts';

/** The defects that change a surface, where `missing` changes the part. */
export type SurfaceDefect = Exclude<DefectKind, 'missing'>;

/** How a part's own material answers to being hurt. */
export type DefectLook = {
  /** What a scratch lays bare. */
  scratch: Material;
  /** The inside of a crack and the zone along it; one of them stands out from the material. */
  crack: Material;
  crackEdge: Material;
  stain: Material;
  /** Depth of a dent in pixels, the factor of brightness in its middle, and what a blow turns the material into. */
  dent: { depth: number; shade: number; bruise: Material | null };
};

/** How far each kind may reach from its middle, pixels. */
export const defectReach: Record<SurfaceDefect, number> = { crack: 112, dent: 62, scratch: 118, stain: 76 };

/**
 * Hurts a patch of surface around its middle, only where `body` covers it; the patch measures at least twice
 * the kind's reach on each side.
 */
export async function applyDefect(
  kind: SurfaceDefect,
  patch: Surface,
  body: Mask,
  look: DefectLook,
  random: Random,
): Promise<void> {
  const hurt = { crack: applyCrack, dent: applyDent, scratch: applyScratch, stain: applyStain }[kind];
  await hurt(patch, body, look, random);
}

async function applyScratch(patch: Surface, body: Mask, look: DefectLook, random: Random): Promise<void> {
  const angle = findHeading(patch, body, random);
  const strokes: string[] = [];
  const count = random.integer(2, 4);
  for (let stroke = 0; stroke < count; stroke += 1) {
    const half = random.between(78, 108) * (stroke === 0 ? 1 : 0.7);
    const aside = stroke === 0 ? 0 : random.between(-16, 16);
    const bow = random.between(-16, 16);
    const pen = random.between(6, 9) * (stroke === 0 ? 1 : 0.6);
    strokes.push(`<path d="${taperedArc(patch, angle, half, aside, bow, pen)}"/>`);
  }
  const groove = within(await drawMask(patch, strokes.join('')), body);
  const lips = soften(patch, groove, 2);
  raise(patch, lips, 1.4);
  raise(patch, soften(patch, groove, 1), -2.5);
  paint(
    patch,
    groove.map((cover) => Math.min(1, cover * 1.3)),
    look.scratch,
  );
}

/** A direction in which a line through the patch's middle stays on the body: the best of eight throws. */
function findHeading(patch: Surface, body: Mask, random: Random): number {
  let best = { cover: -1, heading: 0 };
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const heading = random.between(0, 2 * Math.PI);
    let cover = 0;
    for (let along = -80; along <= 80; along += 8) {
      const x = Math.round(patch.width / 2 + along * Math.cos(heading));
      const y = Math.round(patch.height / 2 + along * Math.sin(heading));
      cover += body[y * patch.width + x]!;
    }
    if (cover > best.cover) best = { cover, heading };
  }
  return best.heading;
}

/** A long thin lens bent by `bow` pixels: a scratch begins and ends in nothing. */
function taperedArc(
  patch: Surface,
  angle: number,
  half: number,
  aside: number,
  bow: number,
  pen: number,
): string {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const point = (along: number, across: number): string => {
    const x = patch.width / 2 + cos * along - sin * (across + aside);
    const y = patch.height / 2 + sin * along + cos * (across + aside);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  return `M${point(-half, 0)}Q${point(0, 2 * bow - pen)} ${point(half, 0)}Q${point(0, 2 * bow + pen)} ${point(-half, 0)}Z`;
}

async function applyCrack(patch: Surface, body: Mask, look: DefectLook, random: Random): Promise<void> {
  const lines: string[] = [];
  const start = findHeading(patch, body, random);
  const from = { x: patch.width / 2 - 70 * Math.cos(start), y: patch.height / 2 - 70 * Math.sin(start) };
  growCrack(lines, from, start, 6.4, 146, random);
  const split = within(await drawMask(patch, lines.join('')), body);
  const wide = soften(patch, split, 3);
  paint(
    patch,
    wide.map((cover) => Math.min(1, cover * 1.4)),
    look.crackEdge,
    0.55,
  );
  raise(patch, wide, 2.5);
  raise(patch, soften(patch, split, 1), -6);
  paint(patch, split, look.crack);
}

/** Walks on in short jagged steps, thinner and thinner, and now and then forks. */
function growCrack(
  lines: string[],
  from: { x: number; y: number },
  heading: number,
  pen: number,
  length: number,
  random: Random,
): void {
  let { x, y } = from;
  let turned = heading;
  for (let gone = 0; gone < length; ) {
    const step = random.between(6, 13);
    const share = gone / length;
    const thin = (pen * Math.min(1, 0.4 + 3 * share) * (1 - 0.75 * share)).toFixed(2);
    turned = heading + random.normal() * 0.55;
    const next = { x: x + step * Math.cos(turned), y: y + step * Math.sin(turned) };
    const ends = `x1="${x.toFixed(1)}" y1="${y.toFixed(1)}" x2="${next.x.toFixed(1)}" y2="${next.y.toFixed(1)}"`;
    lines.push(`<line ${ends} stroke="#fff" stroke-width="${thin}" stroke-linecap="round"/>`);
    ({ x, y } = next);
    gone += step;
    if (pen > 2.5 && random.chance(0.17)) {
      growCrack(
        lines,
        next,
        heading + random.pick([-1, 1]) * random.between(0.5, 1.1),
        pen * 0.55,
        length * 0.3,
        random,
      );
    }
  }
}

async function applyDent(patch: Surface, body: Mask, look: DefectLook, random: Random): Promise<void> {
  const radius = random.between(30, 41);
  const squeeze = random.between(0.75, 1);
  const angle = random.between(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const away = (x: number, y: number): number => {
    const [fromX, fromY] = [x - patch.width / 2, y - patch.height / 2];
    return Math.hypot(cos * fromX + sin * fromY, (cos * fromY - sin * fromX) / squeeze) / radius;
  };
  const bowl = within(
    computeMask(patch, (x, y) => Math.max(0, 1 - away(x, y) ** 2) ** 1.4),
    body,
  );
  const rim = within(
    computeMask(patch, (x, y) => Math.exp(-(((away(x, y) - 1.06) / 0.2) ** 2))),
    body,
  );
  const { depth, bruise } = look.dent;
  raise(patch, bowl, -depth);
  raise(patch, rim, depth * 0.2);
  shade(patch, bowl, look.dent.shade);
  if (bruise) paint(patch, bowl, bruise, 0.6);
}

async function applyStain(patch: Surface, body: Mask, look: DefectLook, random: Random): Promise<void> {
  const radius = random.between(35, 46);
  const drops = [blob(patch.width / 2, patch.height / 2, radius, random)];
  for (let drop = random.integer(2, 5); drop > 0; drop -= 1) {
    const angle = random.between(0, 2 * Math.PI);
    const away = radius * random.between(1.15, 1.5);
    const [x, y] = [patch.width / 2 + away * Math.cos(angle), patch.height / 2 + away * Math.sin(angle)];
    drops.push(blob(x, y, random.between(2, 6), random));
  }
  const spread = within(await drawMask(patch, drops.map((path) => `<path d="${path}"/>`).join('')), body);
  const soft = soften(patch, spread, 2);
  const middle = soften(patch, spread, 5);
  paint(patch, soft, look.stain, 0.76);
  const edge = soft.map((cover, index) => Math.max(0, cover - middle[index]!) * 1.6);
  shade(patch, within(edge, body), 0.25);
}

/** A closed outline wavering around a circle. */
function blob(x: number, y: number, radius: number, random: Random): string {
  const waves = [2, 3, 5, 7].map((count) => ({
    count,
    size: random.between(0.04, 0.24) / Math.sqrt(count),
    at: random.next() * 7,
  }));
  const points = Array.from({ length: 48 }, (_, index) => {
    const angle = (index / 48) * 2 * Math.PI;
    const reach =
      radius * waves.reduce((sum, wave) => sum + wave.size * Math.cos(wave.count * angle + wave.at), 1);
    return `${(x + reach * Math.cos(angle)).toFixed(1)} ${(y + reach * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join('L')}Z`;
}

function within(mask: Mask, body: Mask): Mask {
  return mask.map((cover, index) => cover * body[index]!);
}
