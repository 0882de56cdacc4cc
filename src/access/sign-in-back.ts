import type { AppContext } from '../kernel/http/env.ts';
import { siteOf } from '../kernel/http/guards/origin.ts';

/** Where signing in leads back to: the page that was asked for, or the one whose form was refused. */
export function signInBack(c: AppContext): string {
  const referer = c.req.header('referer') ?? '';
  const page = c.req.method === 'GET' ? c.req.url : siteOf(c) === 'own' ? referer : '/';
  const { pathname, search } = URL.canParse(page) ? new URL(page) : { pathname: '/', search: '' };
  return pathname + search;
}
