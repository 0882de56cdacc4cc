import { and, eq, ne } from 'drizzle-orm';
import { type Passwords, passwordFault } from '../kernel/auth/passwords.ts';
import type { Role } from '../kernel/auth/principal.ts';
import type { Queryable } from '../kernel/db/database.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import type { Doer, RecordAudit } from './record-audit.ts';
import { countActiveAdmins, type User } from './user-queries.ts';

/** Why a change of an account was refused; its text is `access.faults.<fault>`. */
export type UserFault = 'name' | 'taken' | 'short' | 'long' | 'lastAdmin' | 'notFirst' | 'gone';

export type RecordUsers = {
  /** Creates an account; `onlyFirst` is refused if there is any. */
  add(doer: Doer, user: NewUser, options?: { onlyFirst?: boolean }): Promise<UserFault | undefined>;
  /** Effective with the next request. */
  setRole(doer: Doer, id: number, role: Role): Promise<UserFault | undefined>;
  /** Ends every session but `exceptSessionId`. */
  setPassword(
    doer: Doer,
    id: number,
    password: string,
    exceptSessionId?: number,
  ): Promise<UserFault | undefined>;
  /** Disables or enables an account. Disabling ends its sessions at once. */
  setDisabled(doer: Doer, id: number, isDisabled: boolean): Promise<UserFault | undefined>;
};

export type NewUser = { name: string; role: Role; password: string };

const longestName = 100;
const wantedName = /^[\p{L}\p{N}][\p{L}\p{N}._@+ -]*$/u;

/** A user name as stored and compared; Kim, kim and KIM are the same. */
export function normalName(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}

/** The only writes of the table `users`, each in one transaction with its entry in the audit log. */
export function createRecordUsers(parts: {
  db: Db;
  clock: Clock;
  passwords: Passwords;
  audit: RecordAudit;
}): RecordUsers {
  const { db, clock, passwords, audit } = parts;
  const { users, sessions } = db.tables;
  const change = (id: number, run: (q: Queryable, user: Changed) => Promise<UserFault | undefined>) =>
    db.tx(async (q) => {
      const [user] = await q
        .select({ name: users.name, role: users.role, disabledAt: users.disabledAt })
        .from(users)
        .where(eq(users.id, id));
      return user === undefined ? 'gone' : run(q, user);
    });
  /** Whether this is the only administrator who can sign in. */
  const isLastAdmin = async (q: Queryable, { role, disabledAt }: Changed) =>
    role === 'admin' && disabledAt === null && (await countActiveAdmins(db, q)) <= 1;

  return {
    add: async (doer, { name, role, password }, { onlyFirst = false } = {}) => {
      const kept = normalName(name);
      if (kept.length > longestName || !wantedName.test(kept)) return 'name';
      const fault = passwordFault(password);
      if (fault) return fault;
      const passwordHash = await passwords.hash(password);
      return db.tx(async (q) => {
        const others = await q.select({ name: users.name }).from(users);
        if (onlyFirst && others.length > 0) return 'notFirst';
        if (others.some((other) => other.name === kept)) return 'taken';
        const now = clock.now();
        await q
          .insert(users)
          .values({ name: kept, role, passwordHash, createdAt: now, passwordChangedAt: now });
        await audit(q, doer, { action: 'users.add', target: kept, after: { role } });
        return undefined;
      });
    },
    setRole: (doer, id, role) =>
      change(id, async (q, user) => {
        if (role !== 'admin' && (await isLastAdmin(q, user))) return 'lastAdmin';
        await q.update(users).set({ role }).where(eq(users.id, id));
        const detail = { target: user.name, before: { role: user.role }, after: { role } };
        await audit(q, doer, { action: 'users.role', ...detail });
        return undefined;
      }),
    setPassword: async (doer, id, password, exceptSessionId) => {
      const fault = passwordFault(password);
      if (fault) return fault;
      const passwordHash = await passwords.hash(password);
      return change(id, async (q, user) => {
        await q.update(users).set({ passwordHash, passwordChangedAt: clock.now() }).where(eq(users.id, id));
        const others = exceptSessionId === undefined ? undefined : ne(sessions.id, exceptSessionId);
        await q.delete(sessions).where(and(eq(sessions.userId, id), others));
        await audit(q, doer, { action: 'users.password', target: user.name });
        return undefined;
      });
    },
    setDisabled: (doer, id, isDisabled) =>
      change(id, async (q, user) => {
        if (isDisabled && (await isLastAdmin(q, user))) return 'lastAdmin';
        await q
          .update(users)
          .set({ disabledAt: isDisabled ? clock.now() : null })
          .where(eq(users.id, id));
        if (isDisabled) await q.delete(sessions).where(eq(sessions.userId, id));
        await audit(q, doer, { action: isDisabled ? 'users.disable' : 'users.enable', target: user.name });
        return undefined;
      }),
  };
}

type Changed = Pick<User, 'name' | 'role' | 'disabledAt'>;
