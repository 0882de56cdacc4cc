import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { Principal } from '../auth/principal.ts';
import type { Translate } from '../i18n/i18n.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Log } from '../log.ts';
import type { Change, Door } from './guards/door.ts';

export type Theme = 'dark' | 'light' | 'system';

/** What middleware puts on every request. `requestId` and `log` come first and are always there. */
export type AppVariables = {
  requestId: string;
  log: Log;
  lang: Lang;
  t: Translate;
  theme: Theme;
  kiosk: boolean;
  /** Who asks, and the doors of the product; put there by the feature `access`. */
  principal: Principal;
  /** Who asks, found out anew: for answers that never end. */
  identifyAgain: () => Promise<Principal>;
  door: Door;
  /** The one-time set-up link, for a browser that may see it. */
  setUpHref: string;
  /** The request became a WebSocket. */
  isSocket: boolean;
  /** What the handler tells the audit log about its change. */
  change: Partial<Omit<Change, 'action'>>;
};

/** Bindings are absent when a test calls the app without a server, hence partial. */
export type AppEnv = { Bindings: Partial<HttpBindings>; Variables: AppVariables };
export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;
