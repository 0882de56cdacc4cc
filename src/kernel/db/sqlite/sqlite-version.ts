/** Older versions can lose a commit when the write-ahead log is reset (fixed in SQLite 3.51.3). */
export const oldestSqlite = '3.51.3';

/** Whether a version, as of `sqlite_version()`, is `oldestSqlite` or newer. */
export function isSafeSqlite(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [i, needed] of oldestSqlite.split('.').map(Number).entries()) {
    const part = parts[i] ?? 0;
    if (part !== needed) return part > needed;
  }
  return true;
}
