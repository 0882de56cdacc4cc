import { createRandom } from './random.ts';

/** Pairs of pictures that are drawn once; the line repeats them under new names. */
export const coilPictureCount = 36;
export const coilSize = { width: 1600, height: 1000 };

export const coilDefects = ['scratch', 'spot', 'dent', 'stain', 'edge crack'] as const;
export type CoilDefect = {
  kind: (typeof coilDefects)[number];
  left: number;
  top: number;
  width: number;
  height: number;
};

/** Files of a pair, by role. */
export function coilFiles(picture: number): { original: string; labeled: string } {
  const number = String(picture + 1).padStart(2, '0');
  return { original: `coil-${number}-original.jpg`, labeled: `coil-${number}-labeled.jpg` };
}

/** The defects of the strip in a picture, which the labeled one shows. Two pictures in five have none. */
export function defectsOfPicture(picture: number): CoilDefect[] {
  const random = createRandom(`coil:${picture}`);
  if (random.chance(0.4)) return [];
  return Array.from({ length: random.integer(1, 4) }, () => {
    const kind = random.pick(coilDefects);
    const [wide, tall] = sizeOf(kind, random.next());
    const isEdge = kind === 'edge crack';
    return {
      kind,
      width: wide,
      height: tall,
      left: random.integer(60, coilSize.width - 60 - wide),
      top: isEdge ? 62 : random.integer(110, coilSize.height - 130 - tall),
    };
  });
}

function sizeOf(kind: CoilDefect['kind'], share: number): [number, number] {
  const between = (min: number, max: number) => Math.round(min + (max - min) * share);
  switch (kind) {
    case 'scratch':
      return [between(220, 620), between(16, 60)];
    case 'spot':
      return [between(26, 60), between(26, 60)];
    case 'dent':
      return [between(70, 130), between(60, 110)];
    case 'stain':
      return [between(140, 320), between(90, 190)];
    case 'edge crack':
      return [between(30, 60), between(50, 110)];
  }
}
