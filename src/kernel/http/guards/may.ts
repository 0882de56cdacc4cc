import type { MiddlewareHandler } from 'hono';
import { COMPOSED_HANDLER } from 'hono/utils/constants';
import { type Access, judge, type Principal } from '../../auth/principal.ts';
import { AppError } from '../../errors.ts';
import type { AppContext, AppEnv, Change, Door } from '../env.ts';
import { siteOf } from './origin.ts';

/** One line of the table of who may use what; `access` is undefined where a route forgot to say. */
export type RouteAccess = { method: string; path: string; access: Access | undefined };

const accessByHandler = new WeakMap<object, Access>();
const socketHandlers = new WeakSet<object>();

/**
 * The first handler of every route: states who may use it and refuses everybody else, with `unauthorized` where saying
 * who one is would help and with `forbidden` where it would not. What an operator or administrator changes is kept in
 * the audit log as `action`, else as the method and path; keys and accounts (`entrust`) keep their own lines.
 */
export function may(access: Access, action?: string): MiddlewareHandler<AppEnv> {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    const principal = principalOf(c);
    await assertMayPass(c, access);
    const isWrite = c.req.method !== 'GET' && c.req.method !== 'HEAD' && access !== 'look';
    if (isWrite) assertOwnPage(c, principal);
    if (isWrite) assertWriteRate(c, access);
    await next();
    if (!isWrite || c.res.status >= 400 || (access !== 'operate' && access !== 'administer')) return;
    const change = c.get('change') ?? {};
    await c.get('door')?.record(c, {
      action: action ?? `${c.req.method} ${c.req.path}`,
      target: action === undefined ? c.req.path : '',
      ...change,
    });
  };
  accessByHandler.set(check, access);
  return check;
}

/** States who may use a route that takes WebSocket upgrades and lets everything else pass to the next handler. */
export function declareSocket(handler: MiddlewareHandler<AppEnv>, access: Access): MiddlewareHandler<AppEnv> {
  accessByHandler.set(handler, access);
  socketHandlers.add(handler);
  return handler;
}

/** Tells the audit log more than the path about what this request changed; never a secret. */
export function noteChange(c: AppContext, change: Partial<Omit<Change, 'action'>>): void {
  c.set('change', change);
}

/**
 * Whether the one whose answer is still running would be let in again: signed out, disabled, revoked or too old is not.
 * For answers that never end.
 */
export async function stillMay(c: AppContext, access: Access): Promise<boolean> {
  const identifyAgain = c.get('identifyAgain');
  return identifyAgain === undefined || (await findRefusal(c, access, await identifyAgain())) === undefined;
}

/** Whether the one who asks has this access: for answers of which only a part is for everybody. */
export async function isLetIn(c: AppContext, access: Access): Promise<boolean> {
  return (await findRefusal(c, access, principalOf(c))) === undefined;
}

/** Throws `unauthorized` or `forbidden`, with what would help, for one who may not. */
export async function assertMayPass(c: AppContext, access: Access): Promise<void> {
  const refusal = await findRefusal(c, access, principalOf(c));
  if (refusal === undefined) return;
  if (refusal.code === 'unauthorized') c.header('www-authenticate', 'Bearer realm="Linesight"');
  throw refusal;
}

/** A route without the doors of the product, as in a test of one part, has the default policy. */
function principalOf(c: AppContext): Principal {
  return c.get('principal') ?? { kind: 'nobody' };
}

async function findRefusal(
  c: AppContext,
  access: Access,
  principal: Principal,
): Promise<AppError | undefined> {
  const door = c.get('door');
  switch (judge(access, principal, door?.policy ?? 'open-view')) {
    case 'granted':
      return findOtherSite(access, principal, door);
    case 'unknown':
      return new AppError('unauthorized', unknownText(principal, access), { details: { signIn: '/login' } });
    case 'refused':
      return new AppError('forbidden', refusedText(principal, access), { details: { needed: access } });
    case 'confined':
      if (
        principal.kind === 'kiosk' &&
        (await door?.isOnPages(principal.pages, new URL(c.req.url), asksForSocket(c)))
      )
        return undefined;
      return new AppError(
        'forbidden',
        'This screen shows the pages of its kiosk link only. Sign in to see others.',
        { details: { signIn: '/login' } },
      );
  }
}

/** A token tied to a site may read what every page shows, and change nothing at another site. */
function findOtherSite(access: Access, principal: Principal, door: Door | undefined): AppError | undefined {
  if (principal.kind !== 'token' || principal.siteId === null || door === undefined) return undefined;
  if (access === 'public' || access === 'look' || principal.siteId === door.siteId) return undefined;
  return new AppError(
    'forbidden',
    `The token "${principal.name}" is for another site. An administrator makes tokens for this one on the page /tokens.`,
    { details: { needed: access } },
  );
}

/** Whoever asks for a socket is given one, or nothing. */
function asksForSocket(c: AppContext): boolean {
  return c.req.header('upgrade')?.toLowerCase() === 'websocket';
}

function unknownText(principal: Principal, access: Access): string {
  if (principal.kind === 'nobody' && principal.badToken) {
    return 'This token is unknown or was revoked. Ask an administrator for another one.';
  }
  if (access === 'entrust') return 'Sign in as an administrator.';
  if (access === 'self') return 'Nobody is signed in with this browser.';
  return 'Sign in, or send "Authorization: Bearer <token>". An administrator makes users and tokens.';
}

function refusedText(principal: Principal, access: Access): string {
  if (principal.kind === 'token') {
    const scope = access === 'look' ? 'read' : access.startsWith('ingest:') ? access : 'admin';
    return access === 'entrust' || access === 'self'
      ? 'No token may do this: somebody must sign in.'
      : `The token "${principal.name}" lacks the scope ${scope}. An administrator makes tokens on the page /tokens.`;
  }
  if (principal.kind === 'kiosk') return 'A kiosk link shows pages and changes nothing. Sign in to do this.';
  const role = access === 'operate' ? 'operator or admin' : 'admin';
  return `This needs the role ${role}. An administrator gives roles on the page /users.`;
}

/**
 * A browser carries cookies, and stands where the network or the machine is trusted, whatever page made it ask. So a
 * change is taken from pages of this server; who says nothing about a page is a program, and has no cookie of ours.
 */
function assertOwnPage(c: AppContext, principal: Principal): void {
  if (principal.kind === 'token') return;
  const site = siteOf(c);
  if (site === 'own' || (site === 'unsaid' && principal.kind !== 'user')) return;
  throw new AppError(
    'forbidden',
    'Changes are taken only from the pages of this server. Open the page in a browser and use its button, or send a token.',
  );
}

function assertWriteRate(c: AppContext, access: Access): void {
  const waitMs = c.get('door')?.writeWaitMs(c, access.startsWith('ingest:') ? 'program' : 'person') ?? 0;
  if (waitMs === 0) return;
  throw new AppError('rate_limited', 'More changes come from here than this server takes. Slow down.', {
    details: { retryAfterSec: Math.ceil(waitMs / 1000) },
  });
}

/** What a handler made by `may` grants; undefined for any other handler. */
function accessOf(handler: unknown): Access | undefined {
  return typeof handler === 'function' ? accessByHandler.get(unwrapped(handler)) : undefined;
}

/** Hono wraps the handlers of a mounted app that has its own error handler. */
function unwrapped(handler: object): object {
  const inner: unknown = Reflect.get(handler, COMPOSED_HANDLER);
  return typeof inner === 'function' ? unwrapped(inner) : handler;
}

/**
 * Every route of an app with who may use it, in the order declared; middleware for all methods is left out. The method
 * of a WebSocket's route is `WS`, because a page may have the same path.
 *
 * @public for the sweep of every route by every kind of user.
 */
export function listRouteAccess(
  routes: readonly { method: string; path: string; handler: unknown }[],
): RouteAccess[] {
  const table = new Map<string, RouteAccess>();
  for (const { method, path, handler } of routes) {
    const access = accessOf(handler);
    if (method === 'ALL' && access === undefined) continue;
    const isSocket = typeof handler === 'function' && socketHandlers.has(unwrapped(handler));
    const key = `${isSocket ? 'WS' : method} ${path}`;
    const known = table.get(key);
    if (!known) table.set(key, { method: isSocket ? 'WS' : method, path, access });
    else known.access ??= access;
  }
  return [...table.values()];
}
