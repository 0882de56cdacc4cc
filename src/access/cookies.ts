import { setCookie } from 'hono/cookie';
import type { AppContext } from '../kernel/http/env.ts';
import { isSecure } from '../kernel/http/guards/origin.ts';

/** Cookies are shared by all ports of a machine, so ours carry the product's name. */
export const sessionCookie = 'linesight_session';
export const kioskCookie = 'linesight_kiosk';

/** The longest lifetime that browsers allow; a kiosk's cookie is renewed whenever its link is opened. */
const kioskSec = 400 * 86_400;

/** Sets the session cookie; an empty secret deletes it. */
export function keepSession(c: AppContext, secret: string, longestMs: number): void {
  keep(c, sessionCookie, secret, secret === '' ? 0 : Math.floor(longestMs / 1000));
}

/** Makes this browser the kiosk of a link. */
export function keepKiosk(c: AppContext, secret: string): void {
  keep(c, kioskCookie, secret, kioskSec);
}

/** Not readable by scripts, not sent with forms of other sites, and over TLS never sent without it. */
function keep(c: AppContext, name: string, value: string, maxAge: number): void {
  setCookie(c, name, value, { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(c), maxAge });
}
