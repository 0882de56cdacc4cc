import { globSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';

/** `backup`: made when due; `manual`: asked for; `before`: kept before an update or a restore; `corrupt`: damaged, set aside. */
export type CopyKind = 'before' | 'corrupt' | 'backup' | 'manual';

/** How many copies made before updates or by hand, and damaged files, are kept; older ones are deleted. */
export const maxCopies = 3;
/** Suffixes of the files that SQLite keeps beside a database. */
const companions = ['-wal', '-shm', '-journal'];

/** Copies a database, as this connection sees it, to `<file>.before-<date of the change>`. Returns the copy's path. */
export function copyBeforeUpdate(reader: BetterSqlite.Database, changeMadeAt: number): string {
  const copy = `${reader.name}.before-${fileStamp(changeMadeAt)}`;
  const unfinished = `${copy}.part`;
  rmSync(unfinished, { force: true });
  reader.prepare('vacuum into ?').run(unfinished);
  renameSync(unfinished, copy);
  keepNewest(reader.name, 'before', maxCopies);
  return copy;
}

/** Moves a damaged database aside with its log, so that more of it can be rescued. Returns its new path. */
export function setAside(path: string, now: number): string {
  const aside = `${path}.corrupt-${fileStamp(now)}`;
  renameSync(path, aside);
  for (const end of companions) moveIfThere(`${path}${end}`, `${aside}${end}`);
  keepNewest(path, 'corrupt', maxCopies);
  return aside;
}

/** Deletes a database file and the files that SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  for (const end of ['', ...companions]) rmSync(`${path}${end}`, { force: true });
}

/** Deletes all `<file>.<kind>-<date>` but the newest. Returns the paths of those kept, newest first. */
export function keepNewest(path: string, kind: CopyKind, count: number): string[] {
  const copies = listCopies(path, kind);
  for (const copy of copies.slice(count)) removeDatabase(copy);
  return copies.slice(0, count);
}

/** Paths of the copies of one kind, newest first. */
export function listCopies(path: string, kind: CopyKind): string[] {
  const start = `${basename(path)}.${kind}-`;
  const dated = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/;
  return globSync('*', { cwd: dirname(path) })
    .filter((name) => name.startsWith(start) && dated.test(name.slice(start.length)))
    .sort()
    .reverse()
    .map((name) => join(dirname(path), name));
}

/** An instant as part of a file name, UTC: `2025-09-06T10-21-31`. */
export function fileStamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(':', '-');
}

/** The time in the name of a copy, epoch ms. */
export function stampedAt(copy: string): number {
  const [day, time = ''] = copy.slice(-19).split('T');
  return Date.parse(`${day}T${time.replaceAll('-', ':')}Z`);
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
