import { and, desc, eq, gt, inArray, isNull, lte, or } from 'drizzle-orm';
import type { Role } from '../kernel/auth/principal.ts';
import { createSecret, hashSecret } from '../kernel/auth/secrets.ts';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import type { Doer, RecordAudit } from './record-audit.ts';

/** A signed-in browser. Instants are epoch ms UTC. */
export type Session = { id: number; createdAt: number; seenAt: number; address: string; agent: string };

/** The session of a request, with its user. */
export type LiveSession = { sessionId: number; userId: number; name: string; role: Role; seenAt: number };

export type Sessions = {
  /** Signs a user in with a new secret, never one sent by the browser. `replaces` is its previous session. */
  begin(doer: Doer, user: { id: number; name: string }, options: BeginOptions): Promise<string>;
  /** Undefined if the secret is unknown, the session expired, or its user is disabled. */
  find(secret: string): Promise<LiveSession | undefined>;
  /** Most recently used first. */
  list(userId: number): Promise<Session[]>;
  /** Ends one session of this user; false if there was none. */
  end(doer: Doer, user: { id: number; name: string }, sessionId: number): Promise<boolean>;
  /** Records the use of a session, which keeps it from expiring. It is a write, so not for every request. */
  touch(session: LiveSession): Promise<void>;
};

type BeginOptions = { agent: string; replaces?: string | undefined; action?: 'login' | 'renew' };

/** Sessions end after `idleMs` without use, and after `longestMs` in any case. */
export type SessionTimes = { idleMs: number; longestMs: number };

const maxAgentLength = 255;
/** Beyond this number, a user's least recently used session ends. */
const maxSessionsPerUser = 50;

/** Reads and writes of the table `sessions`. */
export function createSessions(parts: {
  db: Db;
  clock: Clock;
  audit: RecordAudit;
  times: SessionTimes;
}): Sessions {
  const { db, clock, audit, times } = parts;
  const { sessions, users } = db.tables;
  const selectBySecret = prepared(
    (value: Placeholders<{ secretHash: string; now: number; seenAfter: number }>) =>
      db.read
        .select({
          sessionId: sessions.id,
          userId: users.id,
          name: users.name,
          role: users.role,
          seenAt: sessions.seenAt,
        })
        .from(sessions)
        .innerJoin(users, eq(users.id, sessions.userId))
        .where(
          and(
            eq(sessions.secretHash, value.secretHash),
            gt(sessions.expiresAt, value.now),
            gt(sessions.seenAt, value.seenAfter),
            isNull(users.disabledAt),
          ),
        ),
  );
  const selectOfUser = prepared((value: Placeholders<{ userId: number; now: number; seenAfter: number }>) =>
    db.read
      .select({
        id: sessions.id,
        createdAt: sessions.createdAt,
        seenAt: sessions.seenAt,
        address: sessions.address,
        agent: sessions.agent,
      })
      .from(sessions)
      .where(
        and(
          eq(sessions.userId, value.userId),
          gt(sessions.expiresAt, value.now),
          gt(sessions.seenAt, value.seenAfter),
        ),
      )
      .orderBy(desc(sessions.seenAt)),
  );
  return {
    begin: async (doer, user, { agent, replaces, action = 'login' }) => {
      const { secret, secretHash } = createSecret();
      const now = clock.now();
      await db.tx(async (q) => {
        const dead = or(lte(sessions.expiresAt, now), lte(sessions.seenAt, now - times.idleMs));
        await q.delete(sessions).where(dead);
        if (replaces !== undefined)
          await q.delete(sessions).where(eq(sessions.secretHash, hashSecret(replaces)));
        const others = await q
          .select({ id: sessions.id })
          .from(sessions)
          .where(eq(sessions.userId, user.id))
          .orderBy(desc(sessions.seenAt));
        const tooMany = others.slice(maxSessionsPerUser - 1).map(({ id }) => id);
        if (tooMany.length > 0) await q.delete(sessions).where(inArray(sessions.id, tooMany));
        await q.insert(sessions).values({
          userId: user.id,
          secretHash,
          createdAt: now,
          seenAt: now,
          expiresAt: now + times.longestMs,
          address: doer.address,
          agent: agent.slice(0, maxAgentLength),
        });
        await q.update(users).set({ lastSeenAt: now }).where(eq(users.id, user.id));
        if (action === 'login') await audit(q, doer, { action: 'session.login', target: user.name });
      });
      return secret;
    },
    find: async (secret) => {
      const now = clock.now();
      const seenAfter = now - times.idleMs;
      const [found] = await selectBySecret({ secretHash: hashSecret(secret), now, seenAfter });
      return found;
    },
    list: (userId) => {
      const now = clock.now();
      return selectOfUser({ userId, now, seenAfter: now - times.idleMs });
    },
    end: (doer, user, sessionId) =>
      db.tx(async (q) => {
        const one = and(eq(sessions.id, sessionId), eq(sessions.userId, user.id));
        const found = await q.select({ id: sessions.id }).from(sessions).where(one);
        if (found.length === 0) return false;
        await q.delete(sessions).where(one);
        await audit(q, doer, { action: 'session.end', target: user.name });
        return true;
      }),
    touch: ({ sessionId, userId }) =>
      db.tx(async (q) => {
        const now = clock.now();
        await q.update(sessions).set({ seenAt: now }).where(eq(sessions.id, sessionId));
        await q.update(users).set({ lastSeenAt: now }).where(eq(users.id, userId));
      }),
  };
}
