import { boardParts } from './board-layout.ts';
import { blurLens, photograph, pictureHeight, pictureWidth, sceneSize, takeAim } from './camera.ts';
import { boardBody, boardLight, drawBoard } from './draw-board.ts';
import { connectorBody, connectorLight, connectorParts, drawConnector } from './draw-connector.ts';
import { applyDefect, type DefectLook, defectReach, type SurfaceDefect } from './draw-defect.ts';
import { drawRing, ringBody, ringLight, ringParts } from './draw-ring.ts';
import { illuminate, type Light } from './light.ts';
import type { DefectKind, DrawnPart } from './products.ts';
import { createRandom, type Random } from './random.ts';
import type { Box, Mask, Surface } from './surface.ts';

export type PartPicture = {
  /** 640×480. */
  jpeg: Buffer;
  /** Where in the picture the defect is, give or take the unit's pose; null on a good unit. */
  defectBox: Box | null;
};

/** Draws units of one product model. */
export type PartArtist = {
  /** One unit. The same key gives the same picture, and, good or bad, the same pose, dust and noise. */
  draw(key: string, defect: DefectKind | null): Promise<PartPicture>;
};

type Recipe = {
  draw(populated: boolean): Promise<Surface>;
  body(): Mask | Promise<Mask>;
  light: Light;
  mono: boolean;
  removable: readonly Box[];
  look: DefectLook;
};

const recipes: Record<DrawnPart, Recipe> = {
  'OR-3CT': {
    draw: drawBoard,
    body: boardBody,
    light: boardLight,
    mono: false,
    removable: boardParts,
    look: {
      scratch: { color: '#ffd0a4', gloss: 0.5, roughness: 0.5, metal: 0.3 },
      crack: { color: '#eef4ee', gloss: 0.1, roughness: 0.9 },
      crackEdge: { color: '#04100b', gloss: 0.02, roughness: 0.9 },
      stain: { color: '#cfc6a0', gloss: 0.2, roughness: 0.4 },
      dent: { depth: 20, shade: 1, bruise: { color: '#b9d6c4', gloss: 0.05, roughness: 0.8 } },
    },
  },
  'OR-2CT': {
    draw: drawRing,
    body: ringBody,
    light: ringLight,
    mono: true,
    removable: ringParts,
    look: {
      scratch: { color: '#0a0a0a', gloss: 0.05, roughness: 0.5, metal: 0.2 },
      crack: { color: '#050505', gloss: 0, roughness: 1 },
      crackEdge: { color: '#555555', gloss: 0.1, roughness: 0.7 },
      stain: { color: '#120f0d', gloss: 0.1, roughness: 0.4 },
      dent: { depth: 22, shade: 0.5, bruise: null },
    },
  },
  'HX-1': {
    draw: drawConnector,
    body: connectorBody,
    light: connectorLight,
    mono: false,
    removable: connectorParts,
    look: {
      scratch: { color: '#30291d', gloss: 0.1, roughness: 0.6 },
      crack: { color: '#14110c', gloss: 0, roughness: 1 },
      crackEdge: { color: '#8d8064', gloss: 0.05, roughness: 0.8 },
      stain: { color: '#4a2608', gloss: 0.08, roughness: 0.6 },
      dent: { depth: 24, shade: 0.55, bruise: null },
    },
  },
};

/** A patch's outermost pixels lack their neighbors and are not laid back. */
const seam = 2;

/** Prepares a model once (about half a second); afterwards a unit takes some 20 ms. Uses SVG through sharp. */
export async function createPartArtist(part: DrawnPart): Promise<PartArtist> {
  const recipe = recipes[part];
  const surface = await recipe.draw(true);
  const body = await recipe.body();
  const whole = lit(surface, recipe.light);
  const bare = lit(await recipe.draw(false), recipe.light);
  return {
    draw: async (key, defect) => {
      const random = createRandom(`${part}:${key}:defect`);
      const aim = createRandom(`${part}:${key}:aim`);
      const scene = whole.slice();
      let box: Box | null = null;
      if (defect === 'missing') box = takeAway(scene, bare, random.pick(recipe.removable));
      else if (defect !== null) box = await hurt(scene, surface, body, recipe, defect, random);
      sprinkleDust(scene, aim);
      const jpeg = await photograph(scene, takeAim(aim, recipe.mono), aim);
      return { jpeg, defectBox: box && toPicture(box) };
    },
  };
}

function lit(surface: Surface, light: Light): Float32Array {
  const scene = new Float32Array(surface.color.length);
  illuminate(surface, light, scene, { left: 0, top: 0, right: surface.width, bottom: surface.height });
  return blurLens(scene, surface);
}

/** Shows the part without one of its components. */
function takeAway(scene: Float32Array, bare: Float32Array, box: Box): Box {
  for (let y = box.top; y < box.bottom; y += 1) {
    const row = y * sceneSize.width;
    scene.set(bare.subarray((row + box.left) * 3, (row + box.right) * 3), (row + box.left) * 3);
  }
  return box;
}

/** Cuts a patch out of the surface, hurts it and lays its light back into the scene. */
async function hurt(
  scene: Float32Array,
  surface: Surface,
  body: Mask,
  recipe: Recipe,
  kind: SurfaceDefect,
  random: Random,
): Promise<Box> {
  const box = findPlace(body, kind, random);
  const patch = cutOut(surface, box);
  await applyDefect(kind, patch, cutMap(body, 1, box), recipe.look, random);
  const light = lit(patch, recipe.light);
  for (let y = seam; y < patch.height - seam; y += 1) {
    const row = light.subarray((y * patch.width + seam) * 3, ((y + 1) * patch.width - seam) * 3);
    scene.set(row, ((box.top + y) * sceneSize.width + box.left + seam) * 3);
  }
  return box;
}

/** A place around which the body fills most of the middle, a small one for thin defects: the best of a dozen throws. */
function findPlace(body: Mask, kind: SurfaceDefect, random: Random): Box {
  const reach = defectReach[kind];
  const spread = kind === 'scratch' || kind === 'crack' ? 0.2 : 0.6;
  let best = { cover: -1, x: 0, y: 0 };
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const x = random.integer(reach + 8, sceneSize.width - reach - 8);
    const y = random.integer(reach + 8, sceneSize.height - reach - 8);
    let cover = 0;
    for (let down = -3; down <= 3; down += 1) {
      for (let right = -3; right <= 3; right += 1) {
        const step = (spread * reach) / 3;
        cover += body[Math.round(y + down * step) * sceneSize.width + Math.round(x + right * step)]!;
      }
    }
    if (cover > best.cover) best = { cover, x, y };
  }
  return { left: best.x - reach, top: best.y - reach, right: best.x + reach, bottom: best.y + reach };
}

function cutOut(surface: Surface, box: Box): Surface {
  return {
    width: box.right - box.left,
    height: box.bottom - box.top,
    relief: cutMap(surface.relief, 1, box),
    color: cutMap(surface.color, 3, box),
    gloss: cutMap(surface.gloss, 1, box),
    roughness: cutMap(surface.roughness, 1, box),
    metal: cutMap(surface.metal, 1, box),
  };
}

function cutMap(map: Float32Array, channels: number, box: Box): Float32Array {
  const width = (box.right - box.left) * channels;
  const cut = new Float32Array(width * (box.bottom - box.top));
  for (let y = box.top; y < box.bottom; y += 1) {
    const from = (y * sceneSize.width + box.left) * channels;
    cut.set(map.subarray(from, from + width), (y - box.top) * width);
  }
  return cut;
}

/** A few specks that any shop floor has; they are no defect. */
function sprinkleDust(scene: Float32Array, random: Random): void {
  for (let speck = random.integer(2, 6); speck > 0; speck -= 1) {
    const x = random.integer(40, sceneSize.width - 40);
    const y = random.integer(40, sceneSize.height - 40);
    const dim = random.between(0.55, 0.85);
    for (const [right, down] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [random.integer(-1, 1), -1],
    ] as const) {
      const at = ((y + down) * sceneSize.width + x + right) * 3;
      for (let channel = 0; channel < 3; channel += 1) scene[at + channel]! *= dim;
    }
  }
}

/** From scene to picture coordinates, widened by the play of the pose. */
function toPicture(box: Box): Box {
  const margin = (sceneSize.width - pictureWidth) / 2;
  const play = 14;
  return {
    left: Math.max(0, box.left - margin - play),
    top: Math.max(0, box.top - margin - play),
    right: Math.min(pictureWidth, box.right - margin + play),
    bottom: Math.min(pictureHeight, box.bottom - margin + play),
  };
}
