import { hash } from 'node:crypto';
import type { AppContext } from './env.ts';

/** Weak tag: equal texts have equal tags however they are compressed. */
function weakEtag(text: string): string {
  return `W/"${hash('sha1', text, 'base64url').slice(0, 20)}"`;
}

/** Whether an If-None-Match header contains this tag. Weak and strong forms compare equal, as for a GET. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const plain = etag.replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === plain);
}

/**
 * Sends a text that browsers may cache but must revalidate: 304 without a body if theirs is current. Varies with cookies
 * and language, which select texts and theme.
 */
export function sendRevalidated(c: AppContext, body: string, contentType: string): Response {
  const etag = weakEtag(body);
  const headers = {
    etag,
    'cache-control': 'no-cache',
    vary: 'Cookie, Accept-Language',
    'content-type': contentType,
  };
  if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  return c.body(body, 200, headers);
}
