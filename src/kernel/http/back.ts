import type { AppContext } from './env.ts';
import { readForm } from './form.ts';

/** Where a form wants its reader back: a path of this server, or `fallback` for anything else. */
export function backPath(back: unknown, fallback: string): string {
  if (typeof back !== 'string' || !back.startsWith('/')) return fallback;
  const base = 'http://here';
  if (!URL.canParse(back, base)) return fallback;
  const url = new URL(back, base);
  // `/.//elsewhere` is a path of ours, but what is left of it without the dot is the address of another server.
  const isOurs = url.origin === base && !url.pathname.startsWith('//');
  return isOurs ? `${url.pathname}${url.search}${url.hash}` : fallback;
}

/** Sends the reader of a form back to the page it stood on. */
export async function redirectBack(c: AppContext, fallback: string): Promise<Response> {
  const { back } = await readForm(c);
  return c.redirect(backPath(back, fallback), 303);
}
