import type { MiddlewareHandler } from 'hono';
import { isAlreadySent } from '../already-sent.ts';
import type { AppEnv } from '../env.ts';
import { isSecure } from './origin.ts';

/** Nothing is fetched from outside, nothing inline runs or styles, and only our own pages may frame us. */
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
 * Headers of every answer. The referrer must reach our own forms, or browsers send `Origin: null` and every change is
 * refused. HSTS is never sent, over TLS neither: it binds the name of the machine with all its ports, and would lock
 * browsers out of the NAS's own pages and of our plain ports for months.
 */
const securityHeaderValues: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/** For files that came from a disk, whatever they contain: opened alone they may run, load and frame nothing. */
export const untrustedFileHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
};

/**
 * What is never a document of its own. The rest of the headers say nothing there, and a page has a dozen of them: half
 * a kilobyte each that a thin line carries before anything is seen.
 */
const partOfPage = /^text\/(?:css|javascript)\b/;
const partHeaders = new Set(['x-content-type-options', 'cross-origin-resource-policy']);

/** Adds the security headers to every answer; a handler that set one of them itself keeps its own. */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    if (isAlreadySent(c.res)) return;
    const isPart = partOfPage.test(c.res.headers.get('content-type') ?? '');
    for (const [name, value] of Object.entries(securityHeaderValues)) {
      if (isPart && !partHeaders.has(name)) continue;
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    // Browsers take this one over TLS alone, and complain of it elsewhere.
    if (isSecure(c)) c.res.headers.set('cross-origin-opener-policy', 'same-origin');
  };
}
