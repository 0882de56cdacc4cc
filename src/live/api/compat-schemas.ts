import { z } from 'zod';

/* Schemas of contract S5. Queries are validated against them, and tests validate the answers. */

const maxPageItems = 500;
const maxPages = 1_000_000;
const count = z.number().int().min(0);

export const latestQuery = z.object({ coil_number: z.string().max(100).optional() });

export const listQuery = z.object({
  page: z.coerce.number().int().min(1).max(maxPages).default(1),
  limit: z.coerce.number().int().min(1).max(maxPageItems).default(20),
  coil_number: z.string().max(100).optional(),
  from_date: z.string().optional().describe('First day or moment: `2025-09-06` or ISO 8601'),
  to_date: z.string().optional().describe('Last day, all of it, or the moment that is the end'),
});

const wireImage = z.object({
  filename: z.string(),
  url: z.string(),
  timestamp: z.number().describe('Capture, epoch milliseconds UTC'),
  type: z.string().describe('Channel: `original`, `labeled`, …; `mock` while there is none'),
  coil_number: z.string().nullable(),
  size: count.describe('Bytes'),
  created_at: z.string().describe('ISO 8601'),
});

export const latestAnswer = z.object({
  success: z.literal(true),
  image: wireImage,
  total_images: count,
  is_file_watcher: z.literal(true).optional(),
  is_mock: z.literal(true).optional(),
});

export const listAnswer = z.object({
  success: z.literal(true),
  images: z.array(wireImage),
  pagination: z.object({
    current_page: count,
    total_pages: count,
    total_images: count,
    images_per_page: count,
  }),
});

export const statsAnswer = z.object({
  success: z.literal(true),
  stats: z.object({
    total_images: count,
    is_file_watcher: z.literal(true),
    types: z.record(
      z.string(),
      z.object({ total_images: count, latest: wireImage.nullable(), coils: z.array(z.string()) }),
    ),
  }),
  timestamp: z.number(),
});

export const uploadForm = z.object({
  coil_number: z.string().max(60),
  defect_data: z.string().optional().describe('JSON of at most 64 KB'),
});

export const uploadAnswer = z.object({
  success: z.literal(true),
  message: z.string(),
  data: z.object({
    coil_number: z.string(),
    timestamp: z.number(),
    original: wireImage,
    labeled: wireImage,
  }),
});
