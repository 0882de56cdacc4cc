import type { BoundingBox } from '../schema/prediction-tables.ts';

export type { BoundingBox };

/** What a model said of an image, as it was sent and checked. Instants in epoch ms UTC. */
export type SentPrediction = {
  imageId: string;
  at: number;
  /** The sender said when; else `at` is when it came. */
  isTimed: boolean;
  modelName: string;
  modelVersion: string;
  /** 0..1. */
  confidence: number;
  isDefect: boolean;
  /** Null without a defect, and for one whose type nobody said. */
  defectType: string | null;
  boxes: BoundingBox[];
  inferenceMs: number | null;
  notes: string | null;
  station: string | null;
  part: string | null;
  deviceId: string | null;
};

/** A recorded prediction; `imagePath` is relative to the folder of the images, null without one. */
export type Prediction = Omit<SentPrediction, 'isTimed'> & {
  id: number;
  imagePath: string | null;
  imageBytes: number;
  /** When retention deleted the image. */
  imageGoneAt: number | null;
  receivedAt: number;
};

/** A defect that nobody named counts under this. */
export const unknownType = 'unknown';
