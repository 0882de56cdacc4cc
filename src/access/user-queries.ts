import { and, asc, count, eq, isNull } from 'drizzle-orm';
import type { Role } from '../kernel/auth/principal.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { type Placeholders, prepared } from '../kernel/db/prepared.ts';
import type { Db } from '../schema/db.ts';

/** A user without the password's hash. Instants are epoch ms UTC. */
export type User = {
  id: number;
  name: string;
  role: Role;
  createdAt: number;
  passwordChangedAt: number;
  lastSeenAt: number | null;
  disabledAt: number | null;
};

export type UserQueries = {
  /** By name. */
  list(): Promise<User[]>;
  find(id: number): Promise<User | undefined>;
  /** With the password's hash, for signing in. */
  findByName(name: string): Promise<(User & { passwordHash: string }) | undefined>;
  findPasswordHash(id: number): Promise<string | undefined>;
  /** Whether there was ever an account. Once true it stays so, because accounts are disabled and never deleted. */
  anyExists(): Promise<boolean>;
};

/** Reads of the table `users`. */
export function createUserQueries(db: Db): UserQueries {
  const { users } = db.tables;
  const columns = {
    id: users.id,
    name: users.name,
    role: users.role,
    createdAt: users.createdAt,
    passwordChangedAt: users.passwordChangedAt,
    lastSeenAt: users.lastSeenAt,
    disabledAt: users.disabledAt,
  };
  const selectAll = prepared(() => db.read.select(columns).from(users).orderBy(asc(users.name)));
  const selectById = prepared((value: Placeholders<{ id: number }>) =>
    db.read.select(columns).from(users).where(eq(users.id, value.id)),
  );
  const selectByName = prepared((value: Placeholders<{ name: string }>) =>
    db.read
      .select({ ...columns, passwordHash: users.passwordHash })
      .from(users)
      .where(eq(users.name, value.name)),
  );
  const selectHash = prepared((value: Placeholders<{ id: number }>) =>
    db.read.select({ hash: users.passwordHash }).from(users).where(eq(users.id, value.id)),
  );
  const selectAny = prepared(() => db.read.select({ id: users.id }).from(users).limit(1));
  let isKnownToExist = false;
  return {
    list: () => selectAll(),
    find: async (id) => (await selectById({ id }))[0],
    findByName: async (name) => (await selectByName({ name }))[0],
    findPasswordHash: async (id) => (await selectHash({ id }))[0]?.hash,
    anyExists: async () => {
      isKnownToExist ||= (await selectAny()).length > 0;
      return isKnownToExist;
    },
  };
}

/** Counts the administrators that can sign in, as the transaction `q` sees it. */
export async function countActiveAdmins(db: Db, q: Queryable): Promise<number> {
  const { users } = db.tables;
  const [row] = await q
    .select({ n: count() })
    .from(users)
    .where(and(eq(users.role, 'admin'), isNull(users.disabledAt)));
  return Number(row?.n ?? 0);
}
