/** A process of its own: reads every page of the SQLite file it is given and prints `damage: …` when one is broken. */
import BetterSqlite from 'better-sqlite3';

const [, , path = ''] = process.argv;
let damage: string | undefined;
try {
  // Not read-only: what a killed process left in the log is taken over first.
  const database = new BetterSqlite(path, { fileMustExist: true });
  const finding = String(database.pragma('quick_check(1)', { simple: true }));
  if (finding !== 'ok') damage = finding;
  database.close();
} catch (error) {
  const { code = '', message } = error as Error & { code?: string };
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) damage = message;
}
if (damage !== undefined) process.stdout.write(`damage: ${damage.replaceAll(/\s+/g, ' ').trim()}\n`);
