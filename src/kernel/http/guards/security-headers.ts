import type { MiddlewareHandler } from 'hono';
import { isAlreadySent } from '../already-sent.ts';
import type { AppEnv } from '../env.ts';
import { isSecure } from './origin.ts';

/** No external resources, no inline scripts or styles, framing only by our own pages. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * Headers of every answer. Our own forms need the referrer, or browsers send `Origin: null` and every change is refused.
 * HSTS is never sent, not even over TLS: it applies to all ports of a host name, and would lock browsers out of the NAS's
 * own pages and of our plain ports for months.
 */
const securityHeaderValues: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/** For files from disk, whatever they contain: opened as a document they cannot run, load or frame anything. */
export const untrustedFileHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
};

/**
 * Resources that are never documents. Most headers have no effect on them, and a page loads a dozen: half a kilobyte each
 * on a slow line before anything is visible.
 */
const partOfPage = /^text\/(?:css|javascript)\b/;
const partHeaders = new Set(['x-content-type-options', 'cross-origin-resource-policy']);

/** Adds the security headers to every answer, except those that the handler has set itself. */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    if (isAlreadySent(c.res)) return;
    const isPart = partOfPage.test(c.res.headers.get('content-type') ?? '');
    for (const [name, value] of Object.entries(securityHeaderValues)) {
      if (isPart && !partHeaders.has(name)) continue;
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    // Browsers accept this header over TLS only, and warn about it otherwise.
    if (isSecure(c)) c.res.headers.set('cross-origin-opener-policy', 'same-origin');
  };
}
