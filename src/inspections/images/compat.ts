import { basename, isAbsolute } from 'node:path';
import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { sendFile } from '../../kernel/images/send-file.ts';
import { sendThumbnail } from '../../kernel/images/thumbnails/send-thumbnail.ts';
import { compatSpec } from '../../kernel/images/thumbnails/thumbnail.ts';
import type { ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import { type ConfinedFailure, openInside } from '../../kernel/storage/confine.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { OpenFile } from '../../kernel/storage/open-file.ts';
import { apiDocs } from '../api/api-docs.ts';

const retryAfterSec = 2;

type OpenInside = OpenFile & { realPath: string; root: string };

/**
 * Contract S1: `GET /img?path=` and `GET /thumb?path=` take an absolute path that must lie in a watched folder after
 * links are followed (400 "Path outside watch dir", 404). A thumbnail is JPEG of quality 85, its longest side
 * `thumbMaxDim`; an image that cannot be drawn is answered 400 with the reason.
 */
export function imageCompatRoutes(deps: {
  store: ThumbnailStore;
  rootPaths: () => readonly { path: string }[];
  /** Folders outside them that their links may lead to. */
  linksTo?: readonly string[];
  thumbMaxDim: number;
}): Hono<AppEnv> {
  const spec = compatSpec(deps.thumbMaxDim);
  const open = (path: string | undefined) => openWatched(deps.rootPaths(), path ?? '', deps.linksTo ?? []);
  return new Hono<AppEnv>()
    .get('/img', may('look'), apiDocs.file, async (c) => {
      const opened = await open(c.req.query('path'));
      return sendFile(c, opened, { name: basename(opened.realPath), caching: 'revalidate' });
    })
    .get('/thumb', may('look'), apiDocs.thumbnail, async (c) => {
      const { file, realPath, root, sizeBytes, modifiedAt } = await open(c.req.query('path'));
      await file.close();
      const locate = async () => ({ ok: true, realPath, root }) as const;
      const answer = await deps.store.get({ key: `${realPath}\n${sizeBytes}\n${modifiedAt}`, spec, locate });
      if (answer.ok) return sendThumbnail(c, answer, 'revalidate');
      if (answer.reason === 'missing') throw notFound();
      if (answer.reason !== 'busy') throw new AppError('invalid', `No thumbnail: ${answer.message}`);
      throw new AppError('unavailable', 'Too many images are waiting', {
        details: { retryAfterSec },
      });
    });
}

/** Opens the file in the first watched folder that contains it; throws the errors of the contract. */
async function openWatched(
  roots: readonly { path: string }[],
  path: string,
  linksTo: readonly string[],
): Promise<OpenInside> {
  const failures: ConfinedFailure[] = [];
  for (const root of isAbsolute(path) ? roots : []) {
    const opened = await openInside(root.path, path);
    if (opened.ok) return { ...opened, root: root.path };
    failures.push(opened);
    // Behind a link of this folder, where such links are allowed.
    for (const folder of isWithin(root.path, path) && opened.reason === 'outside' ? linksTo : []) {
      const linked = await openInside(folder, path);
      if (linked.ok) return { ...linked, root: folder };
    }
  }
  const isOutside = failures.every(({ reason }) => reason === 'outside' || reason === 'invalid');
  throw isOutside ? new AppError('invalid', 'Path outside watch dir') : notFound();
}

function notFound(): AppError {
  return new AppError('not_found', 'Not found');
}
