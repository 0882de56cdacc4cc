import { getCookie } from 'hono/cookie';
import type { Principal } from '../kernel/auth/principal.ts';
import { createGrowingCache } from '../kernel/growing-cache.ts';
import type { AppContext, AppMiddleware } from '../kernel/http/env.ts';
import { addressOf, isFromThisMachine, provenAddressOf } from '../kernel/http/guards/origin.ts';
import type { Access } from './access.ts';
import { kioskCookie, sessionCookie } from './cookies.ts';
import { pagesFromHere, underPresentName } from './kiosk-pages.ts';

/** Least time between two updates of "last used", each of which is a write. */
const touchEveryMs = 60_000;
const maxTouched = 10_000;
/** Longer texts cannot be secrets of this server. */
const maxSecretLength = 200;
/** Reads reuse the answer for this long, because asking the database for every image would be too slow. */
const accountsTtlMs = 1_000;
const bearer = /^bearer +([\w-]{1,200})$/i;

/** Sets the caller of every request, and the door that its route checks. */
export function identify(access: Access): AppMiddleware {
  const touched = createGrowingCache<string, number>({ max: maxTouched });
  const touch = (c: AppContext, key: string, write: () => Promise<void>) => {
    const now = access.clock.now();
    if (now - (touched.get(key) ?? 0) < touchEveryMs) return;
    touched.set(key, now);
    // Not awaited, because a full disk must not lock users out.
    write().catch((error: unknown) => c.get('log')?.warn({ err: error }, 'The last use could not be saved'));
  };
  const accounts = createAccountsCache(access);
  return async (c, next) => {
    c.set('door', access.door);
    c.set('principal', await identifyCaller(c, access, { touch, accounts }));
    // Repeated identification must see a withdrawn right at once, so it bypasses the cache.
    c.set('identifyAgain', () => identifyCaller(c, access, { touch, accounts: { ask: accounts.askAgain } }));
    c.set('needsSetUp', (await accounts.ask(c)).hasNoUser);
    await next();
    if (isWrite(c)) accounts.forget();
  };
}

type Accounts = { hasNoUser: boolean; hasNoToken: boolean };

type AccountsCache = {
  /** Which accounts exist: current for a write, at most a second old for a read. */
  ask(c: AppContext): Promise<Accounts>;
  askAgain(): Promise<Accounts>;
  forget(): void;
};

function createAccountsCache({ users, keys, clock }: Access): AccountsCache {
  let known: { accounts: Accounts; askedAt: number } | undefined;
  /** Counts changes, so that an answer from before a change is not cached after it. */
  let changes = 0;
  async function askAgain(): Promise<Accounts> {
    const [askedAt, before] = [clock.now(), changes];
    const found = { hasNoUser: !(await users.anyExists()), hasNoToken: !(await keys.anyTokenExists()) };
    if (changes === before) known = { accounts: found, askedAt };
    return found;
  }
  return {
    // The absolute difference, because a clock may be set back.
    ask: async (c) =>
      known && !isWrite(c) && Math.abs(clock.now() - known.askedAt) < accountsTtlMs
        ? known.accounts
        : askAgain(),
    askAgain,
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

/** A token takes precedence, even in a browser; then the session, the kiosk link, this machine before set-up, and its address. */
async function identifyCaller(
  c: AppContext,
  access: Access,
  { touch, accounts }: { touch: Touch; accounts: Pick<AccountsCache, 'ask'> },
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
    const pages = pagesFromHere(link, access.sites);
    // A station that was renamed since is reached by both of its names.
    const now = pages.map((page) => underPresentName(page, access));
    return { kind: 'kiosk', linkId: link.id, name: link.name, pages: [...new Set([...pages, ...now])] };
  }
  if (await isFirstMachine(c, accounts)) return { kind: 'machine' };
  const address = provenAddressOf(c);
  const kinds = access.senders.kindsOf(address);
  return kinds.length > 0 ? { kind: 'sender', address, kinds } : { kind: 'nobody' };
}

async function fromCookie<T>(
  c: AppContext,
  name: string,
  find: (secret: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const secret = getCookie(c, name);
  return secret === undefined || secret.length > maxSecretLength ? undefined : find(secret);
}

async function isFirstMachine(c: AppContext, accounts: Pick<AccountsCache, 'ask'>): Promise<boolean> {
  if (!isFromThisMachine(c)) return false;
  const { hasNoUser, hasNoToken } = await accounts.ask(c);
  return hasNoUser && hasNoToken;
}
