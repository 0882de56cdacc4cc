import type { AppContext } from './env.ts';
import { readForm } from './form.ts';

/** The path a form asks to return to, or `fallback` if it is not a path of this server. */
export function backPath(back: unknown, fallback: string): string {
  if (typeof back !== 'string' || !back.startsWith('/')) return fallback;
  const base = 'http://here';
  if (!URL.canParse(back, base)) return fallback;
  const url = new URL(back, base);
  // `/.//elsewhere` is a path of this server, but without the dot it becomes the address of another one.
  const isOurs = url.origin === base && !url.pathname.startsWith('//');
  return isOurs ? `${url.pathname}${url.search}${url.hash}` : fallback;
}

/** Redirects to the page that contained the form. */
export async function redirectBack(c: AppContext, fallback: string): Promise<Response> {
  const { back } = await readForm(c);
  return c.redirect(backPath(back, fallback), 303);
}
