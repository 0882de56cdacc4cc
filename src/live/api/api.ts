import { Hono } from 'hono';
import type { z } from 'zod';
import { parseKeyset, writeKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { documented } from '../../kernel/http/api-doc.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Live } from '../live.ts';
import { type LiveCamera, type LiveImage, liveImageSrc, liveRoles, liveWidths } from '../model.ts';
import {
  camerasAnswer,
  coilsAnswer,
  coilsQuery,
  imagesAnswer,
  imagesQuery,
  oneImageAnswer,
} from './api-schemas.ts';

const tag = 'Live images';

const docs = {
  cameras: documented({
    tag,
    summary: 'Cameras, their newest images and how they are doing',
    answer: camerasAnswer,
    description: 'Cameras of folders first, then every station with its newest inspection.',
    example: { path: '/api/v1/live/cameras' },
  }),
  images: documented({
    tag,
    summary: 'Live images, newest first',
    query: imagesQuery,
    answer: imagesAnswer,
    description:
      'Pass what `next` holds back as it is; images that arrive meanwhile move no page. Images whose file is gone are left out.',
    refusals: ['invalid'],
    example: { path: '/api/v1/live/images?channel=original&limit=2' },
  }),
  image: documented({
    tag,
    summary: 'One live image with its pair and its neighbours',
    answer: oneImageAnswer,
    refusals: ['not_found'],
    example: { path: '/api/v1/live/images/1' },
  }),
  coils: documented({
    tag,
    summary: 'Coils of a channel, latest first',
    query: coilsQuery,
    answer: coilsAnswer,
    refusals: ['invalid'],
    example: { path: '/api/v1/live/coils?startsWith=28' },
  }),
};

/** `/api/v1/live`: cameras, images by keyset paging, coils. Instants are epoch ms UTC. */
export function liveApiRoutes({ live }: { live: Live }): Hono<AppEnv> {
  const { queries } = live;
  return new Hono<AppEnv>()
    .get('/api/v1/live/cameras', may('look'), docs.cameras, (c) =>
      c.json({ cameras: live.cameras().map(cameraJson) }),
    )
    .get('/api/v1/live/images', may('look'), docs.images, async (c) =>
      c.json(await listImages(live, c.req.valid('query'))),
    )
    .get('/api/v1/live/images/:id{[0-9]+}', may('look'), docs.image, async (c) => {
      const id = Number(c.req.param('id'));
      const image = Number.isSafeInteger(id) ? await queries.find(id) : undefined;
      if (!image) throw new AppError('not_found', `There is no live image ${c.req.param('id')}.`);
      const [pair, { older, newer }, defects] = await Promise.all([
        queries.pairOf(image),
        queries.neighbours(image),
        queries.defectsOf(image),
      ]);
      const near = { pair: orNull(pair), older: orNull(older), newer: orNull(newer) };
      return c.json({ ...imageJson(image), ...near, defects: defects ?? null });
    })
    .get('/api/v1/live/coils', may('look'), docs.coils, async (c) => {
      const { channel, startsWith, before, limit } = c.req.valid('query');
      return c.json({ coils: await queries.coils({ channel, startsWith, before, limit }) });
    });
}

async function listImages({ queries }: Live, asked: z.output<typeof imagesQuery>) {
  const { channel, limit, before, after, ...filter } = asked;
  const newer = parseKeyset(after, 'after');
  const from = newer ?? parseKeyset(before, 'before');
  const images = await queries.list(
    { ...filter, channels: channel === undefined ? undefined : [channel] },
    { limit, direction: newer ? 'newer' : 'older', from },
  );
  const last = images.length === limit ? images.at(-1) : undefined;
  const next = last ? { [newer ? 'after' : 'before']: writeKeyset(last) } : null;
  return { images: images.map(imageJson), next };
}

function cameraJson(camera: LiveCamera) {
  const newest: Partial<Record<(typeof liveRoles)[number], ReturnType<typeof imageJson>>> = {};
  for (const role of liveRoles) {
    const image = camera.newest[role];
    if (image) newest[role] = imageJson(image);
  }
  return { ...camera, newest };
}

function imageJson(image: LiveImage) {
  const widths = Object.fromEntries(liveWidths.map((width) => [width, liveImageSrc(image, width)]));
  return { ...image, images: { original: liveImageSrc(image, 'original'), widths } };
}

function orNull(image: LiveImage | undefined) {
  return image ? imageJson(image) : null;
}
