import { getCookie } from 'hono/cookie';
import { maxPasswordLength } from '../kernel/auth/passwords.ts';
import type { AppContext } from '../kernel/http/env.ts';
import { networkOf } from '../kernel/http/guards/addresses.ts';
import { addressOf } from '../kernel/http/guards/origin.ts';
import type { Access } from './access.ts';
import { keepSession, sessionCookie } from './cookies.ts';
import type { Doer } from './record-audit.ts';
import { normalName } from './record-users.ts';

/** Why a sign-in failed: a wrong name or password, or too many attempts before. */
export type SignInFault = { key: 'wrong' } | { key: 'wait'; waitMs: number };

/**
 * Signs this browser in. The answer does not reveal whether the name or the password was wrong, nor does its time.
 * Repeated failures have to wait longer and longer, without delaying other users.
 */
export async function signIn(
  c: AppContext,
  access: Access,
  given: { name: string; password: string },
): Promise<SignInFault | undefined> {
  const name = normalName(given.name);
  const doer: Doer = { actor: '(nobody)', address: addressOf(c) };
  const attempt = access.throttle.begin(name, networkOf(doer.address));
  if (!attempt.ok) return { key: 'wait', waitMs: attempt.waitMs };
  const user = await access.users.findByName(name);
  const isActive = user?.disabledAt === null && given.password.length <= maxPasswordLength * 2;
  const isRight = await access.passwords.verify(given.password, isActive ? user.passwordHash : undefined);
  if (!user || !isRight) {
    // Unknown names are not logged, because people type their password into the wrong field.
    await noteFailure(access, doer, user?.name ?? '(unknown name)', attempt.failures);
    return { key: 'wrong' };
  }
  attempt.succeeded();
  await beginSession(c, access, user);
  return undefined;
}

/** Starts a new session in this browser, which replaces its previous one. */
export async function beginSession(
  c: AppContext,
  access: Access,
  user: { id: number; name: string },
  action: 'login' | 'renew' = 'login',
): Promise<void> {
  const doer = { actor: user.name, address: addressOf(c) };
  const agent = c.req.header('user-agent') ?? '';
  const secret = await access.sessions.begin(doer, user, {
    agent,
    replaces: getCookie(c, sessionCookie),
    action,
  });
  keepSession(c, secret, access.sessionTimes.longestMs);
}

/** One entry for the first failure and for each doubling, so that guessing cannot fill the log. */
async function noteFailure(access: Access, doer: Doer, target: string, failures: number): Promise<void> {
  if (!Number.isInteger(Math.log2(failures))) return;
  const change = { action: 'session.failed', target, after: { failures } };
  await access.db.tx((q) => access.audit(q, doer, change));
}
