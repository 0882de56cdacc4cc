import type { Context, MiddlewareHandler } from 'hono';
import { COMPOSED_HANDLER } from 'hono/utils/constants';
import { AppError } from '../errors.ts';
import { isLoopback } from './addresses.ts';
import type { AppEnv } from './env.ts';

/** `look`: anybody who reaches the server. `change`: a page of ours, or a program on this machine. */
export type Access = 'look' | 'change';

/** One line of the table of who may use what; `access` is undefined where a route forgot to say. */
export type RouteAccess = { method: string; path: string; access: Access | undefined };

const accessByHandler = new WeakMap<object, Access>();

/** Headers a proxy adds: a request that carries one started elsewhere, however local its last hop is. */
const forwardingHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
];

/** The first handler of every route: states who may use it and refuses everybody else with `forbidden`. */
export function may(access: Access): MiddlewareHandler<AppEnv> {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (access === 'change' && !mayChange(c)) {
      throw new AppError(
        'forbidden',
        'Changes are taken only from the pages of this server or from the machine it runs on. ' +
          'Open the page in a browser and use its button, or run the command on that machine.',
      );
    }
    await next();
  };
  accessByHandler.set(check, access);
  return check;
}

/** What a handler made by `may` grants; undefined for any other handler. */
function accessOf(handler: unknown): Access | undefined {
  if (typeof handler !== 'function') return undefined;
  // Hono wraps the handlers of a mounted app that has its own error handler.
  const inner: unknown = Reflect.get(handler, COMPOSED_HANDLER);
  return accessByHandler.get(handler) ?? (inner === undefined ? undefined : accessOf(inner));
}

/** Every route of an app with who may use it, in the order declared; middleware for all methods is left out. */
export function listRouteAccess(
  routes: readonly { method: string; path: string; handler: unknown }[],
): RouteAccess[] {
  const table = new Map<string, RouteAccess>();
  for (const { method, path, handler } of routes) {
    const access = accessOf(handler);
    if (method === 'ALL' && access === undefined) continue;
    const key = `${method} ${path}`;
    const known = table.get(key);
    if (!known) table.set(key, { method, path, access });
    else known.access ??= access;
  }
  return [...table.values()];
}

/**
 * Browsers say where a request comes from, so what they say decides: a page of another site open in a browser on this
 * very machine is refused. A request that says nothing is a program's, and must come from this machine.
 */
function mayChange(c: Context<AppEnv>): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = c.req.header('origin');
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === requestHost(c);
  return isFromThisMachine(c);
}

function requestHost(c: Context<AppEnv>): string {
  const requestUrl = new URL(c.req.url);
  const host = c.req.header('host');
  // Through URL, so that a default port or capital letters in Host compare equal.
  const hostUrl = `${requestUrl.protocol}//${host}`;
  return host !== undefined && URL.canParse(hostUrl) ? new URL(hostUrl).host : requestUrl.host;
}

function isFromThisMachine(c: Context<AppEnv>): boolean {
  const peer = c.env?.incoming?.socket?.remoteAddress;
  if (peer === undefined || !isLoopback(peer)) return false;
  return forwardingHeaders.every((name) => c.req.header(name) === undefined);
}
