import type { AppContext } from '../kernel/http/env.ts';
import { siteOf } from '../kernel/http/guards/origin.ts';

/** The sign-in page, leading back to the page that was asked for or to the one whose form was refused. */
export function signInHref(c: AppContext): string {
  const referer = c.req.header('referer') ?? '';
  const page = c.req.method === 'GET' ? c.req.url : siteOf(c) === 'own' ? referer : '/';
  const { pathname, search } = URL.canParse(page) ? new URL(page) : { pathname: '/', search: '' };
  return `/login?${new URLSearchParams({ back: pathname + search })}`;
}
