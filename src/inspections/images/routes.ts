import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import { redirectBack } from '../../kernel/http/back.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may, noteChange } from '../../kernel/http/guards/may.ts';
import { sendPlaceholder } from '../../kernel/images/placeholder.ts';
import type { ImageFailure } from '../../kernel/images/read-image.ts';
import { sendFile } from '../../kernel/images/send-file.ts';
import { sendThumbnail } from '../../kernel/images/thumbnails/send-thumbnail.ts';
import {
  cardSpec,
  ladderSpec,
  ladderWidths,
  stripSpec,
  type ThumbnailSpec,
} from '../../kernel/images/thumbnails/thumbnail.ts';
import { type ImageSize, imageHref, imageSrc } from '../../plant/links.ts';
import type { Sites } from '../../plant/sites.ts';
import { apiDocs } from '../api/api-docs.ts';
import type { InspectionRef } from '../model.ts';
import type { InspectionImages } from './inspection-images.ts';

export type ImageRouteDeps = {
  images: InspectionImages;
  findInspection: (id: number) => Promise<InspectionRef | undefined>;
  sites: Sites;
};

type DrawnSize = Exclude<ImageSize, 'original'>;

const specs = new Map<DrawnSize, ThumbnailSpec>([
  ['strip.webp', stripSpec],
  ['card.webp', cardSpec],
  ...ladderWidths.flatMap((width): [DrawnSize, ThumbnailSpec][] => [
    [`w${width}.webp`, ladderSpec(width, 'image/webp')],
    [`w${width}.jpg`, ladderSpec(width, 'image/jpeg')],
  ]),
]);

/** Size of the placeholder for each image size, in pixels. */
const placeholderSize = (size: ImageSize) =>
  size === 'strip.webp' ? { width: 256, height: 192 } : { width: 640, height: 480 };

/** Images at URLs that change with their content: `/images/:id/:revision/strip.webp|card.webp|w960.webp|…|original`. */
export function imageRoutes(deps: ImageRouteDeps): Hono<AppEnv> {
  const path = '/images/:id{[0-9]{1,15}}/:revision{[0-9]{1,15}}';
  return new Hono<AppEnv>()
    .get(`${path}/:size{[a-z0-9]+[.](?:webp|jpg)}`, may('look'), (c) => answerThumbnail(c, deps))
    .get(`${path}/original`, may('look'), (c) => answerOriginal(c, deps))
    .post('/images/:id{[0-9]{1,15}}/retry', may('operate', 'images.retry'), apiDocs.retryForm, async (c) => {
      const inspection = await getInspection(c, deps);
      await deps.images.thumbnail(inspection, stripSpec, { again: true });
      await deps.images.flush();
      noteChange(c, { target: inspection.path });
      return redirectBack(c, imageHref(inspection));
    });
}

async function answerThumbnail(c: AppContext, deps: ImageRouteDeps): Promise<Response> {
  const size = (c.req.param('size') ?? '') as DrawnSize;
  const spec = specs.get(size);
  if (!spec) throw new AppError('not_found', `Images are not drawn as ${size}.`);
  const recalled = deps.images.recall(Number(c.req.param('id')), Number(c.req.param('revision')), spec);
  if (recalled) return sendThumbnail(c, recalled, 'immutable');
  const inspection = await getInspection(c, deps);
  if (isOutdated(c, inspection)) return redirectToCurrent(c, inspection, size);
  const answer = await deps.images.thumbnail(inspection, spec);
  return answer.ok
    ? sendThumbnail(c, answer, 'immutable')
    : standIn(c, deps, { inspection, size, ...answer });
}

async function answerOriginal(c: AppContext, deps: ImageRouteDeps): Promise<Response> {
  const inspection = await getInspection(c, deps);
  if (isOutdated(c, inspection)) return redirectToCurrent(c, inspection, 'original');
  const opened = await deps.images.open(inspection);
  if (!opened.ok) return standIn(c, deps, { inspection, size: 'original', ...opened });
  return sendFile(c, opened, { name: inspection.name, caching: opened.caching });
}

async function getInspection(c: AppContext, deps: ImageRouteDeps): Promise<InspectionRef> {
  const id = Number(c.req.param('id'));
  const inspection = await deps.findInspection(id);
  if (!inspection) throw new AppError('not_found', `There is no image with the number ${id}.`);
  return inspection;
}

function isOutdated(c: AppContext, inspection: InspectionRef): boolean {
  return Number(c.req.param('revision')) !== inspection.revision;
}

function redirectToCurrent(c: AppContext, inspection: InspectionRef, size: ImageSize): Response {
  c.header('cache-control', 'no-store');
  return c.redirect(imageSrc(inspection, size), 302);
}

function standIn(
  c: AppContext,
  { sites }: ImageRouteDeps,
  failed: { inspection: InspectionRef; size: ImageSize; reason: ImageFailure['reason'] | 'busy' },
): Response {
  const { inspection, reason } = failed;
  const { missingAt } = inspection;
  const site = sites.find(inspection.site) ?? sites.own;
  const wallClock = sites.wallClockOf(site.id);
  const text =
    reason === 'missing' && missingAt !== null
      ? c.get('t')('imageFault.missingSince', {
          time: wallClock.format(missingAt, 'minute').replace('T', ' '),
        })
      : c.get('t')(`imageFault.${reason}`, { site: site.title || site.name });
  const status = reason === 'busy' ? 503 : 200;
  return sendPlaceholder(c, { reason, text, status, ...placeholderSize(failed.size) });
}
