import { readMigrationFiles } from 'drizzle-orm/migrator';
import { AppError } from '../errors.ts';

/** One step of the schema. `madeAt` (epoch ms) identifies and orders the steps. */
export type Migration = { madeAt: number; hash: string; statements: string[] };

/** The table of applied steps; its name and columns are drizzle-kit's. */
export const migrationsTable = '__drizzle_migrations';

/** All migrations of a dialect's folder, oldest first. */
export function readMigrations(folder: string): Migration[] {
  return readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis, hash, sql }) => ({
    madeAt: folderMillis,
    hash,
    statements: sql,
  }));
}

/**
 * The migrations that a database lacks, given `madeAt` of its newest (undefined for an empty database).
 *
 * @throws AppError 'unavailable' when the database is newer than this program, which could corrupt it.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  newestAppliedAt: number | undefined,
): Migration[] {
  if (newestAppliedAt === undefined) return [...migrations];
  const newestKnownAt = migrations.at(-1)?.madeAt ?? 0;
  if (newestAppliedAt > newestKnownAt) {
    throw new AppError(
      'unavailable',
      `The database is newer than this program: its tables are of ${dayOf(newestAppliedAt)}, this program knows those up to ${dayOf(newestKnownAt)}. Start the newer version again, or restore the copy that was made before the update.`,
    );
  }
  return migrations.filter(({ madeAt }) => madeAt > newestAppliedAt);
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
