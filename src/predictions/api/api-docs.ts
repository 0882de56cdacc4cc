import { z } from 'zod';
import { documented } from '../../kernel/http/api-doc.ts';

const tag = 'Predictions';
const compat = { tag, isCompat: true } as const;
const refusals = ['invalid', 'unauthorized', 'forbidden', 'conflict', 'too_large', 'unavailable'] as const;

const box = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  confidence: z.number().nullable(),
  class: z.string(),
});
const fields = {
  model_version: z.string(),
  model_name: z.string(),
  confidence_score: z.number(),
  defect_detected: z.boolean(),
  defect_type: z.string().nullable(),
  bounding_boxes: z.array(box).describe('Pixels of the image'),
  inference_time_ms: z.number().nullable(),
  processing_notes: z.string().nullable(),
  station_id: z.string().nullable(),
  part: z.string().nullable(),
  edge_device_id: z.string().nullable(),
};
const record = z.object({
  id: z.int(),
  image_id: z.string(),
  image_path: z.string().nullable().describe('Relative to the folder of the images; null without one'),
  timestamp: z.string().describe('UTC'),
  ...fields,
  image_deleted: z.boolean().describe('Retention has deleted the image; the prediction stays'),
});
const sent = z
  .object({
    image_id: z.string().describe('The sender’s own: the same again is the same prediction'),
    image: z.string().optional().describe('JPEG, PNG or BMP in base64'),
    timestamp: z
      .union([z.string(), z.number()])
      .optional()
      .describe('ISO 8601, UTC without an offset, or epoch seconds; now without one'),
    ...fields,
  })
  .partial()
  .required({ image_id: true, confidence_score: true, defect_detected: true });
const window = {
  start: z.string().optional().describe('First instant, ISO 8601; UTC without an offset'),
  end: z.string().optional().describe('Last instant'),
};
const share = z.coerce.number().min(0).max(1).optional();
export const listQuery = z.object({
  ...window,
  defect: z.enum(['true', 'false']).optional(),
  type: z.string().optional().describe('Type of defect'),
  model: z.string().optional().describe('Name of a model'),
  version: z.string().optional().describe('Version of a model'),
  station: z.string().optional(),
  part: z.string().optional(),
  min_confidence: share,
  max_confidence: share,
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: z.string().optional().describe('`next` of the page before'),
});
const statisticsQuery = z.object({
  ...window,
  rolling_window_minutes: z.coerce.number().positive().max(525_600).optional(),
});
const example = {
  image_id: 'cam1-000123',
  timestamp: '2025-09-06T01:10:00',
  model_version: 'v1.2.0',
  model_name: 'scratch-net',
  confidence_score: 0.93,
  defect_detected: true,
  defect_type: 'scratch',
  bounding_boxes: [{ x: 10, y: 20, width: 30, height: 40, confidence: 0.93, class: 'scratch' }],
  inference_time_ms: 41.5,
};
const errors = z.array(z.object({ index: z.int(), error: z.string() }));

/** Files that predictions are exported as. */
export const exportFormats = ['json', 'ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const exportDoc = (format: ExportFormat) =>
  documented({
    ...compat,
    summary: `Predictions as ${format}`,
    query: listQuery.omit({ limit: true, before: true }),
    answer: format === 'json' ? z.array(record) : format === 'csv' ? 'text/csv' : 'application/x-ndjson',
    example: { path: `/api/export/predictions.${format}?defect=true` },
  });

export const predictionDocs = {
  send: documented({
    ...compat,
    summary: 'Log a prediction',
    description:
      'JSON with or without an image in base64, or a form with the file `image` and the same fields. 201 once image and row are on the disk; the same `image_id` with the same content again is 200, with other content 409.',
    body: sent,
    answer: record,
    status: 201,
    refusals,
    example: { path: '/api/predictions', body: example },
  }),
  sendBatch: documented({
    ...compat,
    summary: 'Log predictions',
    description: 'A list, or `{"predictions": […]}`. Good ones are kept whatever the others are.',
    body: z.array(sent),
    answer: z.object({
      message: z.string(),
      success_count: z.int(),
      total_count: z.int(),
      failed_count: z.int(),
      failed_indices: z.array(z.int()),
      errors,
    }),
    status: 201,
    refusals,
    example: { path: '/api/predictions/batch', body: [example] },
  }),
  log: documented({
    ...compat,
    summary: 'Log a batch of an edge device',
    body: z.object({
      predictions: z.array(z.unknown()),
      batch_size: z.int().optional(),
      timestamp: z.number().optional(),
      edge_device_id: z.string().optional(),
    }),
    answer: z.object({
      status: z.string(),
      predictions_stored: z.int(),
      batch_size: z.int(),
      timestamp: z.number(),
      errors,
    }),
    refusals,
    example: {
      path: '/log',
      body: {
        edge_device_id: 'edge-1',
        predictions: [
          {
            image_id: 'edge-1-7',
            timestamp: 1757121000,
            model_version: 'v1.2.0',
            defect_detected: true,
            detections: [{ class: 'dent', confidence: 0.8, bbox: [10, 20, 40, 60], uncertain: false }],
          },
        ],
      },
    },
  }),
  list: documented({
    ...compat,
    summary: 'Predictions, newest first',
    query: listQuery,
    answer: z.object({ predictions: z.array(record), next: z.string().nullable() }),
    example: { path: '/api/predictions?limit=10&defect=true' },
  }),
  one: documented({
    ...compat,
    summary: 'A prediction by its id',
    answer: record,
    refusals: ['not_found'],
    example: { path: '/api/predictions/1' },
  }),
  image: documented({
    ...compat,
    summary: 'The image of a prediction',
    answer: 'image/jpeg',
    refusals: ['not_found'],
    example: { path: '/api/predictions/1/image' },
  }),
  statistics: documented({
    ...compat,
    summary: 'Counts, defect rate in percent, mean confidence, and the images that are stored',
    query: statisticsQuery,
    answer: z.object({
      total_predictions: z.int(),
      defects_found: z.int(),
      no_defects: z.int(),
      defect_rate: z.number().describe('Percent; 0 without predictions'),
      average_confidence: z.number(),
      defect_types: z.record(z.string(), z.int()),
      storage: z.object({
        total_images: z.int(),
        defect_images: z.int(),
        no_defect_images: z.int(),
        total_size_mb: z.number(),
      }),
      rolling_defect_rate: z.number().optional(),
      rolling_average_confidence: z.number().optional(),
      rolling_detection_frequency_per_min: z.number().optional(),
    }),
    example: { path: '/api/statistics?rolling_window_minutes=60' },
  }),
  export: Object.fromEntries(exportFormats.map((format) => [format, exportDoc(format)])) as Record<
    ExportFormat,
    ReturnType<typeof exportDoc>
  >,
};
