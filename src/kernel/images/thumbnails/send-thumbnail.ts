import { hash } from 'node:crypto';
import { bodyOf } from '../../http/body.ts';
import type { AppContext } from '../../http/env.ts';
import { matchesEtag } from '../../http/etag.ts';
import { untrustedFileHeaders } from '../../http/guards/security-headers.ts';
import { type Caching, cacheControl } from '../send-file.ts';
import type { Thumbnail } from './thumbnail.ts';

/** Sends a thumbnail; with `revalidate`, a browser that has it receives a 304. */
export function sendThumbnail(c: AppContext, thumbnail: Thumbnail, caching: Caching): Response {
  const headers: Record<string, string> = {
    ...untrustedFileHeaders,
    'content-type': thumbnail.type,
    'cache-control': cacheControl[caching],
  };
  if (caching === 'immutable') return c.body(bodyOf(thumbnail.bytes), 200, headers);
  headers.etag = `"${hash('sha1', thumbnail.bytes, 'base64url').slice(0, 20)}"`;
  if (matchesEtag(c.req.header('if-none-match'), headers.etag)) return c.body(null, 304, headers);
  return c.body(bodyOf(thumbnail.bytes), 200, headers);
}
