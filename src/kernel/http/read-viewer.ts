import { getCookie } from 'hono/cookie';
import type { I18n } from '../i18n/i18n.ts';
import { pickLang } from '../i18n/languages.ts';
import type { AppMiddleware } from './env.ts';

/** Puts the viewer's language, theme and wall mode on the request. */
export function readViewer(i18n: I18n): AppMiddleware {
  return async (c, next) => {
    const lang = pickLang(c.req.header('accept-language'), getCookie(c, 'lang'));
    const theme = getCookie(c, 'theme');
    c.set('lang', lang);
    c.set('t', i18n.t(lang));
    c.set('theme', theme === 'dark' || theme === 'light' ? theme : 'system');
    c.set('kiosk', c.req.query('kiosk') === '1');
    await next();
  };
}
