import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawOnce } from './draw-once.ts';
import { type DefectKind, type DrawnPart, defectKinds, drawnParts } from './products.ts';

/** Pictures drawn per product model; the demo's thousands of files are links to or copies of these. */
const okPictures = 20;
const defectPictures = 8;

/** Increases when the drawings change, so that an older demo folder gets new ones. */
const drawingVersion = 1;

const drawScript = fileURLToPath(new URL('./draw-pool.ts', import.meta.url));

export type PicturePool = {
  /** Path of a picture of a good unit (`defect` null) or one with a defect; any whole number chooses among them. */
  pathOf(part: DrawnPart, defect: DefectKind | null, picture: number): string;
};

/** The folder of the finished pictures. */
export function poolFolderIn(folder: string): string {
  return join(folder, `pictures-${drawingVersion}`);
}

/** One picture of the pool: its path below the pool and what is on it. */
export type PoolPicture = { file: string; part: DrawnPart; defect: DefectKind | null };

/** All pictures of a pool in the order they are drawn. */
export function listPoolPictures(): PoolPicture[] {
  const kinds: (DefectKind | null)[] = [null, ...defectKinds];
  return drawnParts.flatMap((part) =>
    kinds.flatMap((defect) => {
      return Array.from({ length: defect === null ? okPictures : defectPictures }, (_, index) => ({
        file: join(part, `${defect ?? 'ok'}-${String(index + 1).padStart(2, '0')}.jpg`),
        part,
        defect,
      }));
    }),
  );
}

/**
 * The pictures in `folder`, drawn now if they are not there yet: by another process of low priority, because drawing
 * takes seconds of processor time and needs image loaders that a server rightly blocks. Throws `internal` when
 * drawing fails, the signal's reason when it is aborted. `onDrawn` gets how many were drawn since its last call.
 */
export async function openPicturePool(
  folder: string,
  signal: AbortSignal,
  onDrawn?: (pictures: number) => void,
): Promise<PicturePool> {
  const finished = poolFolderIn(folder);
  await drawOnce(finished, drawScript, signal, onDrawn);
  const files = new Map<string, string[]>();
  for (const { file, part, defect } of listPoolPictures()) {
    const key = `${part}:${defect}`;
    files.set(key, [...(files.get(key) ?? []), join(finished, file)]);
  }
  return {
    pathOf: (part, defect, picture) => {
      const choices = files.get(`${part}:${defect}`)!;
      return choices[picture % choices.length]!;
    },
  };
}
