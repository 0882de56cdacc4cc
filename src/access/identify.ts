import { getCookie } from 'hono/cookie';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../kernel/auth/principal.ts';
import type { AppContext, AppMiddleware } from '../kernel/http/env.ts';
import { addressOf, isFromThisMachine } from '../kernel/http/guards/origin.ts';
import type { Access } from './access.ts';
import { kioskCookie, sessionCookie } from './cookies.ts';
import { pagesFromHere } from './kiosk-pages.ts';

/** "Last used" is written this often at most, because it is a write. */
const touchEveryMs = 60_000;
const maxTouched = 10_000;
/** Longer texts are no secrets of ours. */
const longestSecret = 200;
/** So long readers on this machine are taken for what they were; every question to the database would cost each image. */
const newcomerMs = 1_000;
const bearer = /^bearer +([\w-]{1,200})$/i;

/** Puts on every request who asks, and the door its route asks whether that one may pass. */
export function identify(access: Access): AppMiddleware {
  const touched = new LRUCache<string, number>({ max: maxTouched });
  const touch = (c: AppContext, key: string, write: () => Promise<void>) => {
    const now = access.clock.now();
    if (now - (touched.get(key) ?? 0) < touchEveryMs) return;
    touched.set(key, now);
    // Nobody waits for it; a full disk must not lock people out.
    write().catch((error: unknown) => c.get('log')?.warn({ err: error }, 'The last use was not kept'));
  };
  const newcomer = createNewcomer(access);
  return async (c, next) => {
    c.set('door', access.door);
    c.set('principal', await whoAsks(c, access, { touch, newcomer }));
    // Who asks again wants to know whether a right has just ended: memory would let it live on until the next time.
    c.set('identifyAgain', () => whoAsks(c, access, { touch, newcomer: { ask: newcomer.askAnew } }));
    if (isFromThisMachine(c) && (await newcomer.ask(c)).hasNoUser)
      c.set('setUpHref', `/setup?key=${access.setUp.key}`);
    await next();
    if (isWrite(c)) newcomer.forget();
  };
}

type Accounts = { hasNoUser: boolean; hasNoToken: boolean };

type Newcomer = {
  /** What there is of accounts: a writer is told what is so now, a reader what was so within the last second. */
  ask(c: AppContext): Promise<Accounts>;
  askAnew(): Promise<Accounts>;
  forget(): void;
};

function createNewcomer({ users, keys, clock }: Access): Newcomer {
  let known: { accounts: Accounts; askedAt: number } | undefined;
  /** What was asked before a change and is answered after it is not remembered. */
  let changes = 0;
  async function askAnew(): Promise<Accounts> {
    const [askedAt, before] = [clock.now(), changes];
    const accounts = { hasNoUser: !(await users.anyExists()), hasNoToken: !(await keys.anyTokenExists()) };
    if (changes === before) known = { accounts, askedAt };
    return accounts;
  }
  return {
    // A clock that is set back makes nothing younger.
    ask: async (c) =>
      known && !isWrite(c) && Math.abs(clock.now() - known.askedAt) < newcomerMs ? known.accounts : askAnew(),
    askAnew,
    forget: () => {
      changes += 1;
      known = undefined;
    },
  };
}

function isWrite(c: AppContext): boolean {
  return c.req.method !== 'GET' && c.req.method !== 'HEAD';
}

type Touch = (c: AppContext, key: string, write: () => Promise<void>) => void;

/** A token speaks for itself even in a browser; then the session; then the kiosk; then the machine alone. */
async function whoAsks(
  c: AppContext,
  access: Access,
  { touch, newcomer }: { touch: Touch; newcomer: Pick<Newcomer, 'ask'> },
): Promise<Principal> {
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) {
    const secret = bearer.exec(authorization)?.[1];
    const token = secret === undefined ? undefined : await access.keys.findToken(secret);
    if (!token) return { kind: 'nobody', badToken: true };
    touch(c, `token ${token.id}`, () => access.keys.touchToken(token.id, addressOf(c)));
    const { id: tokenId, name, scopes, siteId, station, device } = token;
    return { kind: 'token', tokenId, name, scopes, siteId, station, device };
  }
  const session = await fromCookie(c, sessionCookie, access.sessions.find);
  if (session) {
    const { sessionId, userId, name, role } = session;
    touch(c, `session ${sessionId}`, () => access.sessions.touch(session));
    return { kind: 'user', userId, name, role, sessionId };
  }
  const link = await fromCookie(c, kioskCookie, access.keys.findLink);
  if (link) {
    touch(c, `link ${link.id}`, () => access.keys.touchLink(link.id));
    return { kind: 'kiosk', linkId: link.id, name: link.name, pages: pagesFromHere(link, access.sites) };
  }
  return (await isFirstMachine(c, newcomer)) ? { kind: 'machine' } : { kind: 'nobody' };
}

async function fromCookie<T>(
  c: AppContext,
  name: string,
  find: (secret: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const secret = getCookie(c, name);
  return secret === undefined || secret.length > longestSecret ? undefined : find(secret);
}

async function isFirstMachine(c: AppContext, newcomer: Pick<Newcomer, 'ask'>): Promise<boolean> {
  if (!isFromThisMachine(c)) return false;
  const { hasNoUser, hasNoToken } = await newcomer.ask(c);
  return hasNoUser && hasNoToken;
}
