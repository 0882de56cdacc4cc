import { readMigrationFiles } from 'drizzle-orm/migrator';
import { AppError } from '../errors.ts';

/** One step of the schema: its statements, and when it was made (epoch ms), by which steps are told apart and ordered. */
export type Migration = { madeAt: number; hash: string; statements: string[] };

/** Where a database notes its steps; the name and columns are drizzle-kit's. */
export const migrationsTable = '__drizzle_migrations';

/** All steps of a dialect's folder, oldest first. */
export function readMigrations(folder: string): Migration[] {
  return readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis, hash, sql }) => ({
    madeAt: folderMillis,
    hash,
    statements: sql,
  }));
}

/**
 * The steps a database still lacks, given when the newest it has was made (undefined for an empty database).
 *
 * @throws AppError 'unavailable' when the database is newer than this program: an old program would write nonsense.
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
