import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { AccessPolicy, Principal, SenderKind } from '../auth/principal.ts';
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
  /** Whether an address is one of TRUSTED_PROXIES. */
  isTrustedProxy: (address: string) => boolean;
  /** The caller; set by the feature `access`, as is `door`. */
  principal: Principal;
  /** Identifies the caller again, for answers that never end. */
  identifyAgain: () => Promise<Principal>;
  door: Door;
  /** There is no account yet. */
  needsSetUp: boolean;
  /** The request became a WebSocket. */
  isSocket: boolean;
  /** The handler's details of its change for the audit log. */
  change: Partial<Omit<Change, 'action'>>;
};

/** Bindings are absent when a test calls the app without a server, hence partial. */
export type AppEnv = { Bindings: Partial<HttpBindings>; Variables: AppVariables };
export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;

/** A change for the audit log: `target` is what was changed, `before` and `after` its values where they can be given. */
export type Change = { action: string; target: string; before?: unknown; after?: unknown };

/** What the access check of every route asks; one per process, put on every request. */
export type Door = {
  policy: AccessPolicy;
  /** The site of this process. A token tied to another site changes nothing here. */
  siteId: number;
  /**
   * Whether a URL belongs to one of a kiosk link's pages: the page itself, its fragments or its images. `isSocket`
   * distinguishes a WebSocket from a page of the same path.
   */
  isOnPages(pages: readonly string[], url: URL, isSocket?: boolean): Promise<boolean>;
  /** Milliseconds until this caller may write again; 0 is now. */
  writeWaitMs(c: AppContext, kind: 'person' | 'program'): number;
  /** A trusted sender has passed without a key. */
  noteSender(address: string, kind: SenderKind): void;
  /** Writes a change to the audit log, with who made it and from which address. */
  record(c: AppContext, change: Change): Promise<void>;
};
