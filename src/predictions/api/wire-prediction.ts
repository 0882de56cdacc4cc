import type { Prediction } from '../model.ts';

/** A prediction in the words of contract S3, with what ours adds; times in UTC. */
export function toWire(prediction: Prediction) {
  return {
    id: prediction.id,
    image_id: prediction.imageId,
    image_path: prediction.imagePath,
    timestamp: new Date(prediction.at).toISOString(),
    model_version: prediction.modelVersion,
    model_name: prediction.modelName,
    confidence_score: prediction.confidence,
    defect_detected: prediction.isDefect,
    defect_type: prediction.defectType,
    bounding_boxes: prediction.boxes,
    inference_time_ms: prediction.inferenceMs,
    processing_notes: prediction.notes,
    station_id: prediction.station,
    part: prediction.part,
    edge_device_id: prediction.deviceId,
    image_deleted: prediction.imageGoneAt !== null,
  };
}

export type WirePrediction = ReturnType<typeof toWire>;
