/** `npm run db`: what an administrator does with the database by hand. Exits 1 with the reason when it cannot be done. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../kernel/clock.ts';
import { loadConfig } from '../kernel/config.ts';
import { backupSqlite } from '../kernel/db/backup-sqlite.ts';
import { restoreSqlite } from '../kernel/db/restore-sqlite.ts';
import { fileStamp } from '../kernel/db/sqlite-copies.ts';
import { AppError } from '../kernel/errors.ts';
import { type Places, settlePlaces } from '../kernel/storage/places.ts';
import { migrationsOf } from '../schema/db.ts';

const usage = `Works on the database of this installation; which one it is, the settings say (DB_PATH), as for npm start.

  npm run db -- backup                 copies it, while the program runs or not, to BACKUP_DIR
  npm run db -- backup --to FILE       … to this file
  npm run db -- restore --from FILE    puts a backup in its place; the program must be stopped. What was there is kept
`;

try {
  await main();
} catch (error) {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) {
    console.log(usage);
  } else if (command === 'backup' && rest.length === 0) {
    await backup(findPlaces(), values.to);
  } else if (command === 'restore' && rest.length === 0 && values.from !== undefined) {
    await restore(findPlaces(), values.from);
  } else {
    throw new AppError('invalid', usage);
  }
}

function findPlaces(): Places {
  const loaded = loadConfig({ env: process.env });
  if (!loaded.ok) throw new AppError('invalid', loaded.faults.join('\n'));
  return settlePlaces(loaded.config);
}

async function backup({ dbPath, backupDir }: Places, wanted: string | undefined): Promise<void> {
  const to =
    wanted === undefined
      ? join(backupDir, `${basename(dbPath)}.backup-${fileStamp(systemClock.now())}`)
      : resolve(wanted);
  if (existsSync(to)) throw new AppError('conflict', `${to} exists already; name another file.`);
  const sizeBytes = await backupSqlite(dbPath, to);
  console.log(`${dbPath} was copied to ${to} (${(sizeBytes / 1e6).toFixed(1)} MB) and checked.`);
}

async function restore({ dbPath }: Places, from: string): Promise<void> {
  const before = await restoreSqlite({
    from: resolve(from),
    path: dbPath,
    migrationsFolder: migrationsOf('sqlite'),
    now: systemClock.now(),
  });
  console.log(`${dbPath} is now as it was in ${resolve(from)}.`);
  if (before !== undefined) console.log(`What was there before is kept as ${before}.`);
}
