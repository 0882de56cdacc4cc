import { getCookie, setCookie } from 'hono/cookie';
import type { AppContext } from '../../kernel/http/env.ts';
import type { RescanResult } from './cards-views.ts';

const cookieName = 'rescan';
const shownForSec = 20;

/** Carries a rescan's result through the redirect back to the page that requested it, which shows it once. */
export function keepRescanResult(c: AppContext, result: RescanResult): void {
  setCookie(c, cookieName, JSON.stringify(result), {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: shownForSec,
  });
}

/** The result of a rescan that was just requested. Null for anything unexpected, because clients can forge cookies. */
export function takeRescanResult(c: AppContext): RescanResult | null {
  const text = getCookie(c, cookieName);
  if (!text) return null;
  setCookie(c, cookieName, '', { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 0 });
  try {
    const { scanned, added, note } = JSON.parse(text) as Record<string, unknown>;
    if (!Number.isSafeInteger(scanned) || !Number.isSafeInteger(added)) return null;
    return {
      scanned: scanned as number,
      added: added as number,
      note: typeof note === 'string' ? note : null,
    };
  } catch {
    return null;
  }
}
