import { z } from 'zod';
import { minuteMs, secondMs } from '../../kernel/time/durations.ts';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import type { BoundingBox, SentPrediction } from '../model.ts';

/** Clocks of senders may be ahead by this much. */
const maxAheadMs = 5 * minuteMs;
const maxBoxes = 1_000;
/** Numbers below this are seconds, others milliseconds: the year 5138 or 1973. */
const firstMs = 100_000_000_000;
/** The last instant of a Date. */
const lastMs = 8.64e15;

const text = (max: number) =>
  z
    .string()
    .transform((value) => value.normalize('NFC').trim())
    .refine((value) => value.length <= max, `has more than ${max} characters`)
    .refine(
      (value) => value.isWellFormed() && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(value),
      'has characters that are no text',
    );
const named = (max: number) => text(max).refine((value) => value !== '', 'is empty');
const optional = (max: number) =>
  text(max)
    .nullish()
    .transform((value) => value || null);
const finite = z.number().refine(Number.isFinite, 'is no number');
const share = finite.refine((value) => value >= 0 && value <= 1, 'is not within 0 and 1');
const box = z.object({
  x: finite,
  y: finite,
  width: finite.refine((value) => value >= 0, 'is negative'),
  height: finite.refine((value) => value >= 0, 'is negative'),
  confidence: share.nullish().transform((value) => value ?? null),
  class: text(100).default(''),
});
const schema = z.object({
  image_id: named(255),
  timestamp: z.union([z.string(), finite]).nullish(),
  model_name: text(100).default(''),
  model_version: text(50).default(''),
  confidence_score: share,
  defect_detected: z.boolean(),
  defect_type: optional(100),
  bounding_boxes: z.array(box).max(maxBoxes, `has more than ${maxBoxes} entries`).nullish(),
  inference_time_ms: finite.refine((value) => value >= 0, 'is negative').nullish(),
  processing_notes: optional(4_000),
  station_id: optional(255),
  part: optional(255),
  edge_device_id: optional(100),
});

export type Parsed = { prediction: SentPrediction; error?: undefined } | { error: string; field: string };

/** A prediction of contract S3, or what is wrong with it. Times without an offset are UTC; numbers are epoch seconds. */
export function parsePrediction(sent: unknown, { now }: { now: number }): Parsed {
  const read = schema.safeParse(sent);
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue?.path.join('.') || 'prediction';
    return { field, error: `${field} ${wordsOf(issue)}` };
  }
  const { data } = read;
  const at = data.timestamp == null ? now : instantOf(data.timestamp);
  if (at === undefined)
    return { field: 'timestamp', error: 'timestamp is no ISO 8601 time and no epoch seconds' };
  if (at > now + maxAheadMs)
    return {
      field: 'timestamp',
      error: `timestamp is more than ${maxAheadMs / minuteMs} minutes ahead of this server's clock`,
    };
  return {
    prediction: {
      imageId: data.image_id,
      at,
      isTimed: data.timestamp != null,
      modelName: data.model_name,
      modelVersion: data.model_version,
      confidence: data.confidence_score,
      isDefect: data.defect_detected,
      defectType: data.defect_detected ? data.defect_type : null,
      boxes: (data.bounding_boxes ?? []) as BoundingBox[],
      inferenceMs: data.inference_time_ms ?? null,
      notes: data.processing_notes,
      station: data.station_id,
      part: data.part,
      deviceId: data.edge_device_id,
    },
  };
}

function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'cannot be read';
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? `is missing or no ${issue.expected}` : `is no ${issue.expected}`;
  return issue.message;
}

/** Contract S3 means UTC where a time says no offset. */
const utc = createWallClock('UTC');

/** An instant of a sender: ISO 8601, or epoch seconds or milliseconds; undefined for what is none. */
export function instantOf(value: string | number): number | undefined {
  const isNumber = typeof value === 'number' || /^\d{9,13}(?:\.\d+)?$/.test(value);
  const known = Number(value);
  const at = isNumber ? Math.round(known < firstMs ? known * secondMs : known) : utc.parse(String(value));
  return at !== undefined && at >= 0 && at < lastMs ? at : undefined;
}

/** The fields of a form, whose values are texts, as a program would send them in JSON. */
export function fromForm(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const number = (value: string) =>
    value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  const flags: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };
  const read: Record<string, unknown> = { ...fields };
  for (const key of ['confidence_score', 'inference_time_ms'])
    if (fields[key] !== undefined) read[key] = fields[key] === '' ? undefined : number(fields[key]);
  if (fields.defect_detected !== undefined)
    read.defect_detected = flags[fields.defect_detected.trim().toLowerCase()] ?? fields.defect_detected;
  if (fields.bounding_boxes !== undefined) {
    try {
      read.bounding_boxes = fields.bounding_boxes.trim() === '' ? [] : JSON.parse(fields.bounding_boxes);
    } catch {
      // Refused by its type.
    }
  }
  if (fields.timestamp === '') read.timestamp = undefined;
  return read;
}

/** The predictions of a batch of the edge (`POST /log`) in the words of the others; `bbox` is x1, y1, x2, y2. */
export function fromEdge(sent: unknown, deviceId: unknown): unknown {
  if (typeof sent !== 'object' || sent === null) return sent;
  const { detections, confidence_scores: scores, ...rest } = sent as Record<string, unknown>;
  const list = Array.isArray(detections) ? (detections as Record<string, unknown>[]) : [];
  const numbers = (Array.isArray(scores) ? scores : list.map((one) => one?.confidence)).filter(
    (one): one is number => typeof one === 'number',
  );
  const boxes = list.flatMap((one) => {
    const corners = Array.isArray(one?.bbox) ? (one.bbox as number[]) : [];
    if (corners.length !== 4) return [];
    const [left, top, right, bottom] = corners as [number, number, number, number];
    return {
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      confidence: one.confidence,
      class: one.class,
    };
  });
  const [first] = list.toSorted((a, b) => Number(b?.confidence ?? 0) - Number(a?.confidence ?? 0));
  return {
    edge_device_id: deviceId,
    ...rest,
    confidence_score: rest.confidence_score ?? (numbers.length > 0 ? Math.max(...numbers) : undefined),
    defect_type: rest.defect_type ?? (rest.defect_detected === true ? first?.class : undefined),
    bounding_boxes: rest.bounding_boxes ?? boxes,
  };
}
