import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { sendPlaceholder } from '../../kernel/images/placeholder.ts';
import type { ImageFailure } from '../../kernel/images/read-image.ts';
import { sendFile } from '../../kernel/images/send-file.ts';
import { sendThumbnail } from '../../kernel/images/thumbnails/send-thumbnail.ts';
import type { LiveQueries } from '../history/live-queries.ts';
import { type LiveImage, liveImageSrc, liveWidths } from '../model.ts';
import type { CurrentImages } from '../newest/current-images.ts';
import type { LiveImages } from './live-images.ts';
import type { Variant } from './variant-uses.ts';

export type LiveImageDeps = {
  images: LiveImages;
  current: Pick<CurrentImages, 'find'>;
  queries: Pick<LiveQueries, 'find'>;
};

const placeholderSize = { width: 640, height: 480 };

/** Live images at addresses that change with their content: `/live/images/:id/:revision/640.webp|…|1920.jpg|original`. */
export function liveImageRoutes(deps: LiveImageDeps): Hono<AppEnv> {
  const path = '/live/images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}';
  return new Hono<AppEnv>()
    .get(`${path}/:size{[0-9]{3,4}[.](?:webp|jpg)}`, may('look'), async (c) => {
      const variant = parseVariant(c.req.param('size'));
      const image = await getImage(c, deps);
      deps.images.noteUse(image.channel, variant);
      if (isOutdated(c, image)) return redirectToCurrent(c, image, variant);
      const answer = deps.images.recall(image, variant) ?? (await deps.images.variant(image, variant));
      return answer.ok ? sendThumbnail(c, answer, 'immutable') : standIn(c, answer);
    })
    .get(`${path}/original`, may('look'), async (c) => {
      const image = await getImage(c, deps);
      if (isOutdated(c, image)) return redirectToCurrent(c, image);
      const opened = await deps.images.open(image);
      if (!opened.ok) return standIn(c, opened);
      return sendFile(c, opened, { name: image.name, caching: opened.caching });
    });
}

/** @throws AppError 'not_found' for a width that is not drawn. */
function parseVariant(size: string): Variant {
  const [digits = '', format] = size.split('.');
  const width = liveWidths.find((one) => `${one}` === digits);
  if (width === undefined)
    throw new AppError('not_found', `Images are drawn ${liveWidths.join(', ')} pixels wide, not ${digits}.`);
  return { width, format: format === 'jpg' ? 'jpg' : 'webp' };
}

async function getImage(c: AppContext, { current, queries }: LiveImageDeps): Promise<LiveImage> {
  const id = Number(c.req.param('id'));
  const image = current.find(id) ?? (await queries.find(id));
  if (!image) throw new AppError('not_found', `There is no live image with the number ${id}.`);
  return image;
}

function isOutdated(c: AppContext, image: LiveImage): boolean {
  return Number(c.req.param('revision')) !== image.revision;
}

function redirectToCurrent(c: AppContext, image: LiveImage, variant?: Variant): Response {
  c.header('cache-control', 'no-store');
  return c.redirect(liveImageSrc(image, variant?.width ?? 'original', variant?.format), 302);
}

function standIn(c: AppContext, { reason }: { reason: ImageFailure['reason'] | 'busy' }): Response {
  const text = c.get('t')(`imageFault.${reason}`);
  return sendPlaceholder(c, { reason, text, status: reason === 'busy' ? 503 : 200, ...placeholderSize });
}
