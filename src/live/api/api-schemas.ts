import { z } from 'zod';
import { maxLiveItems } from '../history/live-queries.ts';
import { liveRoles } from '../model.ts';

/* Schemas of /api/v1/live. Queries are validated against them, and tests validate the answers. */

const defaultItems = 100;
const instant = (text: string) => z.number().describe(`${text}, epoch milliseconds UTC`);
const role = z.enum(liveRoles);

const imageAnswer = z.object({
  id: z.number().int(),
  revision: z.number().int().describe('Rises when the file was written over'),
  kind: z.enum(['live', 'inspection']).describe('Whether `id` is that of a live image or of an inspection'),
  camera: z.string(),
  channel: z.string(),
  role,
  name: z.string(),
  coil: z.string().nullable(),
  capturedAt: instant('Capture'),
  foundAt: instant('When it was noticed'),
  clockAheadMs: z
    .number()
    .describe('How far the clock of its camera is ahead; it then counts for when it was noticed'),
  modifiedAt: z.number().nullable(),
  missingAt: z.number().nullable().describe('Since when its file is gone'),
  sizeBytes: z.number().nullable(),
  part: z.string().nullable().describe('Of an inspection'),
  verdict: z.enum(['OK', 'NG']).nullable().describe('Of an inspection'),
  images: z.object({
    original: z.string(),
    widths: z.record(z.string(), z.string()).describe('By width in pixels'),
  }),
});

export const camerasAnswer = z.object({
  cameras: z.array(
    z.object({
      key: z.string(),
      name: z.string().describe('Empty for the two folders of IMAGE_BASE_PATH'),
      origin: z.enum(['base', 'folder', 'setting', 'station']),
      channels: z.object({ original: z.string().optional(), labeled: z.string().optional() }),
      newest: z.object({ original: imageAnswer.optional(), labeled: imageAnswer.optional() }),
      staleAfterMs: z.number().describe('An older picture counts as old'),
      usualIntervalMs: z.number().nullable().describe('Learnt from its last images'),
      silentSinceAt: z.number().nullable().describe('Since when it is silent, judged by its usual interval'),
      offlineReason: z.string().nullable(),
    }),
  ),
});

export const imagesQuery = z
  .object({
    camera: z.string().optional(),
    channel: z.string().optional(),
    role: role.optional(),
    coil: z.string().max(100).optional(),
    startAt: z.coerce.number().int().optional().describe('First moment, inside, epoch milliseconds'),
    endAt: z.coerce.number().int().optional().describe('Last moment, outside, epoch milliseconds'),
    limit: z.coerce.number().int().min(1).max(maxLiveItems).default(defaultItems),
    before: z.string().optional().describe('`next.before` of the page before: older images'),
    after: z.string().optional().describe('Newer images, oldest first; `0.0` begins with the first ever'),
  })
  .refine(({ before, after }) => before === undefined || after === undefined, {
    path: ['after'],
    message: 'give either before or after',
  });

export const imagesAnswer = z.object({
  images: z.array(imageAnswer),
  next: z
    .object({ before: z.string().optional(), after: z.string().optional() })
    .nullable()
    .describe('To be passed back for the next page; null when this one was not full'),
});

export const oneImageAnswer = imageAnswer.extend({
  pair: imageAnswer.nullable().describe('The other picture of the same camera, coil and time'),
  older: imageAnswer.nullable(),
  newer: imageAnswer.nullable(),
  defects: z.unknown().describe('What the sender of an uploaded pair said; null when nothing'),
});

export const coilsQuery = z.object({
  channel: z.string().default('original'),
  startsWith: z.string().max(100).optional(),
  before: z.coerce.number().int().optional().describe('`lastAt` of the last coil of the page before'),
  limit: z.coerce.number().int().min(1).max(maxLiveItems).default(defaultItems),
});

export const coilsAnswer = z.object({
  coils: z.array(
    z.object({
      channel: z.string(),
      coil: z.string(),
      imageCount: z.number().int(),
      firstAt: instant('Its first image'),
      lastAt: instant('Its last image'),
    }),
  ),
});
