/** A child process that reads every page of an SQLite file and prints `damage: …` if one is broken. */
import BetterSqlite from 'better-sqlite3';

const [, , path = ''] = process.argv;
let damage: string | undefined;
try {
  // Not read-only, so that the log of a killed process is recovered first.
  const database = new BetterSqlite(path, { fileMustExist: true });
  const finding = String(database.pragma('quick_check(1)', { simple: true }));
  if (finding !== 'ok') damage = finding;
  database.close();
} catch (error) {
  const { code = '', message } = error as Error & { code?: string };
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) damage = message;
}
if (damage !== undefined) process.stdout.write(`damage: ${damage.replaceAll(/\s+/g, ' ').trim()}\n`);
