import type { MiddlewareHandler } from 'hono';
import { COMPOSED_HANDLER } from 'hono/utils/constants';
import { type Access, judge, type Principal, type SenderKind, senderKindOf } from '../../auth/principal.ts';
import { AppError } from '../../errors.ts';
import type { AppContext, AppEnv, Change, Door } from '../env.ts';
import { siteOf } from './origin.ts';

/** The access that a route requires; undefined if it declares none. */
export type RouteAccess = { method: string; path: string; access: Access | undefined };

const accessByHandler = new WeakMap<object, Access>();
const socketHandlers = new WeakSet<object>();

/**
 * The first handler of every route. Declares the required access and refuses all other callers: with `unauthorized` if
 * signing in would help, else with `forbidden`. Changes by operators and administrators are written to the audit log as
 * `action`, by default the method and path; keys and accounts (`entrust`) write their own entries. `sendAs` lets trusted
 * senders of that kind pass as well; those of a kind of facts need none where facts are sent.
 */
export function may(access: Access, action?: string, sendAs?: SenderKind): MiddlewareHandler<AppEnv> {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    const principal = principalOf(c);
    await assertMayPass(c, access, sendAs);
    noteSender(c, principal, senderKindOf(access, sendAs));
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

/** Declares the access of a route that takes WebSocket upgrades and passes everything else to the next handler. */
export function declareSocket(handler: MiddlewareHandler<AppEnv>, access: Access): MiddlewareHandler<AppEnv> {
  accessByHandler.set(handler, access);
  socketHandlers.add(handler);
  return handler;
}

/** Details of this request's change for the audit log; never pass a secret. */
export function noteChange(c: AppContext, change: Partial<Omit<Change, 'action'>>): void {
  c.set('change', change);
}

/**
 * Whether the caller still has this access, or was signed out, disabled, revoked or expired since. For answers that never
 * end.
 */
export async function stillMay(c: AppContext, access: Access): Promise<boolean> {
  const identifyAgain = c.get('identifyAgain');
  return identifyAgain === undefined || (await findRefusal(c, access, await identifyAgain())) === undefined;
}

/** Whether the caller has this access, for answers that are only in part public. */
export async function isLetIn(c: AppContext, access: Access): Promise<boolean> {
  return (await findRefusal(c, access, principalOf(c))) === undefined;
}

/** Throws `unauthorized` or `forbidden`, with what would help, unless the caller has this access. */
export async function assertMayPass(c: AppContext, access: Access, sendAs?: SenderKind): Promise<void> {
  const refusal = await findRefusal(c, access, principalOf(c), sendAs);
  if (refusal === undefined) return;
  if (refusal.code === 'unauthorized') c.header('www-authenticate', 'Bearer realm="Linesight"');
  throw refusal;
}

function noteSender(c: AppContext, principal: Principal, kind: SenderKind | undefined): void {
  if (principal.kind === 'sender' && kind !== undefined && principal.kinds.includes(kind))
    c.get('door')?.noteSender(principal.address, kind);
}

/** Without the middleware of `access`, as in a test of one part, there is no principal. */
function principalOf(c: AppContext): Principal {
  return c.get('principal') ?? { kind: 'nobody' };
}

async function findRefusal(
  c: AppContext,
  access: Access,
  principal: Principal,
  sendAs?: SenderKind,
): Promise<AppError | undefined> {
  const door = c.get('door');
  switch (judge(access, principal, door?.policy ?? 'open-view', sendAs)) {
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

/** A token of one site may read at every site, and change nothing at another. */
function findOtherSite(access: Access, principal: Principal, door: Door | undefined): AppError | undefined {
  if (principal.kind !== 'token' || principal.siteId === null || door === undefined) return undefined;
  if (access === 'public' || access === 'look' || principal.siteId === door.siteId) return undefined;
  return new AppError(
    'forbidden',
    `The token "${principal.name}" is for another site. An administrator makes tokens for this one on the page /tokens.`,
    { details: { needed: access } },
  );
}

function asksForSocket(c: AppContext): boolean {
  return c.req.header('upgrade')?.toLowerCase() === 'websocket';
}

function unknownText(principal: Principal, access: Access): string {
  if (principal.kind === 'nobody' && principal.badToken) {
    return 'This token is unknown or was revoked. Ask an administrator for another one.';
  }
  if (principal.kind === 'sender') {
    const kinds = principal.kinds.join(', ');
    return `TRUSTED_SENDERS lists ${principal.address} for ${kinds} and not for this. Sign in, or send a token.`;
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
 * A browser sends its cookies, and requests from a trusted network or machine, for a page of any site. So changes are
 * accepted only from pages of this server. A request without any page is from a program, which has no cookie of ours.
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

/** The access declared by `may` or `declareSocket`; undefined for any other handler. */
function accessOf(handler: unknown): Access | undefined {
  return typeof handler === 'function' ? accessByHandler.get(unwrapped(handler)) : undefined;
}

/** Hono wraps the handlers of a mounted app that has its own error handler. */
function unwrapped(handler: object): object {
  const inner: unknown = Reflect.get(handler, COMPOSED_HANDLER);
  return typeof inner === 'function' ? unwrapped(inner) : handler;
}

/**
 * Every route of an app with its access, in the order declared, without middleware for all methods. The method of a
 * WebSocket route is `WS`, because a page can have the same path.
 *
 * @public for the test that requests every route as every kind of caller.
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
