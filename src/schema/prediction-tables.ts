import type { Kit } from '../kernel/db/kit.ts';

/** One object that a model saw, in pixels of the image. */
export type BoundingBox = {
  x: number;
  y: number;
  width: number;
  height: number;
  confidence: number | null;
  class: string;
};

/** Tables owned by `predictions/`: what models said of images. */
export function definePredictionTables(kit: Kit) {
  /** A machine-learning model in one version, as senders name it. */
  const predictionModels = kit.table(
    'prediction_models',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      name: kit.text('name', 100).notNull(),
      version: kit.text('version', 50).notNull(),
      createdAt: kit.ms('created_at').notNull(),
    },
    (t) => [kit.uniqueIndex('prediction_models_name', [t.siteId, t.name, t.version])],
  );
  /** One row a prediction, idempotent by the sender's `image_id`. */
  const predictions = kit.table(
    'predictions',
    {
      id: kit.factId('id'),
      siteId: kit.ref('site_id').notNull(),
      imageId: kit.text('image_id', 255).notNull(),
      /** Of everything that was sent but the bytes of the image: the same id with other content is refused. */
      contentHash: kit.text('content_hash', 43).notNull(),
      /** When the model said it. */
      at: kit.ms('at').notNull(),
      modelId: kit.ref('model_id').notNull(),
      /** 0..1. */
      confidence: kit.real('confidence').notNull(),
      isDefect: kit.bool('is_defect').notNull(),
      defectType: kit.text('defect_type', 100),
      boxes: kit.json<BoundingBox[]>('boxes').notNull(),
      inferenceMs: kit.real('inference_ms'),
      notes: kit.text('notes', 4_000),
      station: kit.text('station', 255),
      part: kit.text('part', 255),
      /** The device that sent it in a batch of the edge. */
      deviceId: kit.text('device_id', 100),
      /** Relative to the folder of the images; null for a prediction without one. */
      imagePath: kit.text('image_path', 500),
      imageBytes: kit.int('image_bytes').notNull(),
      /** When retention deleted the image; the row stays. */
      imageGoneAt: kit.ms('image_gone_at'),
      receivedAt: kit.ms('received_at').notNull(),
    },
    (t) => [
      ...kit.factKey(t.id, t.imageId),
      // The shard column itself.
      kit.uniqueIndex('predictions_image', [t.imageId]),
      kit.index('predictions_time', [t.siteId, t.at]),
      kit.index('predictions_defects', [t.siteId, t.isDefect, t.at]),
      kit.index('predictions_model', [t.modelId, t.at]),
      kit.index('predictions_station', [t.siteId, t.station, t.at]),
    ],
  );
  /** Sums by the hour, written with the rows: statistics over any window read few of them. */
  const predictionHours = kit.table(
    'prediction_hours',
    {
      modelId: kit.ref('model_id').notNull(),
      startAt: kit.ms('start_at').notNull(),
      /** '' where there is no defect; `unknown` for one without a type. */
      defectType: kit.text('defect_type', 100).notNull(),
      predictions: kit.int('predictions').notNull(),
      /** In millionths, so that the sum is the same in any order. */
      confidenceSum: kit.ms('confidence_sum').notNull(),
      /** Images that are there, and their size. */
      images: kit.int('images').notNull(),
      imageBytes: kit.ms('image_bytes').notNull(),
    },
    (t) => [kit.primaryKey([t.modelId, t.startAt, t.defectType])],
  );
  return { predictionModels, predictions, predictionHours };
}
