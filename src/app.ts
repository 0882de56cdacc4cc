import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { compression } from './kernel/http/compression.ts';
import type { AppEnv, AppMiddleware } from './kernel/http/env.ts';
import { createErrorHandlers } from './kernel/http/errors.ts';
import { hostCheck } from './kernel/http/host-check.ts';
import { bodySizeLimit, timeLimit, urlLimit } from './kernel/http/limits.ts';
import { viewerOf } from './kernel/http/render.ts';
import { requestLog } from './kernel/http/request-log.ts';
import { securityHeaders } from './kernel/http/security-headers.ts';
import { pickLang } from './kernel/i18n/languages.ts';
import type { Services } from './services.ts';

/** Forms are small; images are not sent to this server yet. */
const maxBodyBytes = 64 * 1024;
/** A rescan answers within 60 s, everything else in milliseconds. */
const maxAnswerMs = 75_000;

/** The web application: who is let in and in which order, and one mount a feature. */
export function createApp(services: Services): Hono<AppEnv> {
  const { renderer } = services;
  const errors = createErrorHandlers({
    renderProblem: (c, problem, form) =>
      renderer.html(form === 'page' ? 'shared/error' : 'shared/_error', viewerOf(c), {
        problem,
        view: { here: c.req.path, topics: [] },
      }),
  });
  const app = new Hono<AppEnv>();
  app.onError(errors.onError);
  app.notFound(errors.notFound);
  app.use(requestLog({ log: services.log }));
  app.use(hostCheck({ allowedHosts: services.config.allowedHosts }));
  app.use(securityHeaders());
  app.use(urlLimit());
  app.use(readViewer(services));
  app.use(compression());
  app.use(bodySizeLimit(maxBodyBytes));
  app.use(timeLimit(maxAnswerMs));
  for (const routes of services.routes()) app.route('/', routes);
  return app;
}

/** Language, theme and wall mode of the one who asks. */
function readViewer({ i18n }: Services): AppMiddleware {
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
