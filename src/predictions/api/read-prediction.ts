import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext } from '../../kernel/http/env.ts';
import { readJson } from '../../kernel/http/json-body.ts';
import { receiveMultipart } from '../../kernel/http/multipart.ts';
import { fromForm } from '../recording/parse-prediction.ts';
import type { ImageFiles } from '../storage/image-files.ts';

/** Shorter than the server's limit for receiving a request (120 s), so that the sender gets an answer. */
const maxSendingMs = 110_000;
/** Text fields of a form, each with its maximum of bytes. */
const fields = {
  image_id: 1_024,
  timestamp: 64,
  model_name: 512,
  model_version: 256,
  confidence_score: 64,
  defect_detected: 16,
  defect_type: 512,
  bounding_boxes: 1024 * 1024,
  inference_time_ms: 64,
  processing_notes: 32 * 1024,
  station_id: 1_024,
  part: 1_024,
  edge_device_id: 512,
} as const;

/** A prediction as it was sent, its image as a draft to be kept or dropped. */
export type ReceivedPrediction = { sent: unknown; image: { draft: string; digest: string } | null };

/** Reads a form or a JSON body. @throws AppError 'invalid' and 'too_large' naming the field. */
export async function readPrediction(
  c: AppContext,
  files: ImageFiles,
  { maxImageBytes }: { maxImageBytes: number },
): Promise<ReceivedPrediction> {
  if (!/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? ''))
    return readSent(await readJson(c), files, { maxImageBytes });
  const draft = await files.draft();
  try {
    const form = await receiveMultipart(c, {
      files: { image: draft },
      maxFileBytes: maxImageBytes,
      fields,
      withinMs: maxSendingMs,
    });
    const image = form.files.image === undefined ? null : { draft, digest: await digestOf(draft) };
    return { sent: fromForm(form.fields), image };
  } catch (error) {
    files.noteFault(error);
    await files.drop(draft);
    throw error;
  }
}

/** A prediction of a JSON body, its `image` in base64. */
export async function readSent(
  sent: unknown,
  files: ImageFiles,
  { maxImageBytes }: { maxImageBytes: number },
): Promise<ReceivedPrediction> {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    throw new AppError('invalid', 'A prediction must be a JSON object.', { details: { field: 'body' } });
  const { image, ...rest } = sent as Record<string, unknown>;
  if (image === undefined || image === null || image === '') return { sent: rest, image: null };
  const text = typeof image === 'string' ? image.replace(/^data:image\/[\w.+-]+;base64,/, '') : '';
  const bytes = Buffer.from(text, 'base64');
  // Node passes over what is not base64: what came must be what was meant.
  const isWhole =
    bytes.length > 0 && Math.abs(bytes.length - (text.replace(/[\s=]/g, '').length * 3) / 4) < 1;
  if (!isWhole) throw new AppError('invalid', 'image is not base64.', { details: { field: 'image' } });
  if (bytes.length > maxImageBytes)
    throw new AppError('too_large', `image is larger than ${maxImageBytes} bytes.`, {
      details: { field: 'image', maxBytes: maxImageBytes },
    });
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return { sent: rest, image: { draft: await files.draftOf(bytes), digest } };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('base64url');
}
