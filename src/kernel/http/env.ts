import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { Log } from '../log.ts';

export type Lang = 'en' | 'ko';
export type Theme = 'dark' | 'light' | 'system';

/** Looks a text up in the reader's language and fills its values in; plain text, not yet escaped. */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

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
