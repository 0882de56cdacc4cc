import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { Translate } from '../i18n/i18n.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Log } from '../log.ts';

export type Theme = 'dark' | 'light' | 'system';

/** What middleware puts on every request. `requestId` and `log` come first and are always there. */
export type AppVariables = {
  requestId: string;
  log: Log;
  lang: Lang;
  t: Translate;
  theme: Theme;
  kiosk: boolean;
};

/** Bindings are absent when a test calls the app without a server, hence partial. */
export type AppEnv = { Bindings: Partial<HttpBindings>; Variables: AppVariables };
export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;
