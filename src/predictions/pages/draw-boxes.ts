import type { BoundingBox } from '../model.ts';

/** A box over an image, with what stands beside it. Pixels of the image. */
export type DrawnBox = BoundingBox & { label: string; tone: number };

/** Tones of classes; of more, some share one. */
const tones = 6;
const maxDrawn = 200;

/** Boxes with a tone for each class, the largest first so that small ones are not covered. */
export function drawBoxes(boxes: readonly BoundingBox[]): DrawnBox[] {
  const classes = [...new Set(boxes.map((box) => box.class))].sort();
  return boxes
    .toSorted((a, b) => b.width * b.height - a.width * a.height)
    .slice(0, maxDrawn)
    .map((box) => ({
      ...box,
      label:
        box.confidence === null ? box.class : `${box.class} ${Math.round(box.confidence * 100)} %`.trim(),
      tone: classes.indexOf(box.class) % tones,
    }));
}
