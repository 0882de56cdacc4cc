import { setCookie } from 'hono/cookie';
import type { AppContext } from '../kernel/http/env.ts';
import { isSecure } from '../kernel/http/guards/origin.ts';

/** Programs on other ports of this machine share its cookies, so ours carry the product's name. */
export const sessionCookie = 'linesight_session';
export const kioskCookie = 'linesight_kiosk';

/** Browsers keep no cookie for longer than 400 days; a kiosk's is renewed whenever its link is opened. */
const kioskSec = 400 * 86_400;

/** Keeps a session in the browser; an empty secret takes it away. */
export function keepSession(c: AppContext, secret: string, longestMs: number): void {
  keep(c, sessionCookie, secret, secret === '' ? 0 : Math.floor(longestMs / 1000));
}

/** Makes this browser the kiosk of a link. */
export function keepKiosk(c: AppContext, secret: string): void {
  keep(c, kioskCookie, secret, kioskSec);
}

/** Out of reach of scripts and of forms on other sites; over TLS never sent without it. */
function keep(c: AppContext, name: string, value: string, maxAge: number): void {
  setCookie(c, name, value, { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(c), maxAge });
}
