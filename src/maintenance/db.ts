/** `npm run db`: manual database tasks of an administrator. Exits with 1 and the reason if one fails. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backupSqlite } from '../kernel/db/sqlite/backup-sqlite.ts';
import { restoreSqlite } from '../kernel/db/sqlite/restore-sqlite.ts';
import { fileStamp } from '../kernel/db/sqlite/sqlite-copies.ts';
import { holdLock, withExclusiveLock } from '../kernel/db/sqlite/sqlite-lock.ts';
import { AppError } from '../kernel/errors.ts';
import { createLog } from '../kernel/log.ts';
import { createSingletons } from '../kernel/processes/leader/singletons.ts';
import { type Config, loadConfig } from '../kernel/settings/config.ts';
import { hidePassword } from '../kernel/settings/hide-password.ts';
import { type DataPaths, resolveDataPaths } from '../kernel/storage/data-paths.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { createPlantNames } from '../plant/names.ts';
import { openSites } from '../plant/open-sites.ts';
import { createLines } from '../plant/resources/lines.ts';
import { createShiftPlans } from '../plant/shifts/shift-plans.ts';
import { openProductivity } from '../productivity/open-productivity.ts';
import { type Db, migrationsOf, openServerDb, openSqliteDb } from '../schema/db.ts';
import { copyDatabase } from './copy-database.ts';
import { openFactoryFile } from './factory-file.ts';
import { importEvents, importText } from './import-events.ts';
import { importPlant, type OpenPlant, openPlant, writePlant } from './plant-command.ts';

const usage = `Works on the database of this installation; which one it is, the settings say (DB_PATH), as for npm start.

  npm run db -- backup                 copies it, while the program runs or not, to BACKUP_DIR
  npm run db -- backup --to FILE       … to this file
  npm run db -- restore --from FILE    puts a backup in its place; the program must be stopped. What was there is kept
  npm run db -- restore --from FILE --new
                                       … also where no database was before, as on a new machine
  npm run db -- copy --from URL --to URL
                                       moves a plant to another, empty database and proves that all is there; sqlite:PATH,
                                       postgres://user:password@host/name or mysql://…; the program must be stopped
  npm run db -- import-events --from FILE
                                       takes workers, workstations and events of the replaced productivity dashboard from its
                                       SQLite file, which is only read; twice does no harm. Where the database is a file, the
                                       program must be stopped; with a database server it may run
  npm run db -- plant export           prints the plant as one JSON file: lines, stations, models with cycle times,
                                       workers, shifts, target yields
  npm run db -- plant export FILE      … into this file
  npm run db -- plant import FILE      checks such a file and prints what it would change, whether the program runs or not
  npm run db -- plant import FILE --yes
                                       … and changes it; a running program follows within seconds
  npm run db -- plant import FILE --replace [--yes]
                                       … and removes what a section of the file does not name
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
      new: { type: 'boolean' },
      yes: { type: 'boolean' },
      replace: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) {
    console.log(usage);
  } else if (command === 'backup' && rest.length === 0) {
    await backup(findDataPaths(), values.to);
  } else if (command === 'restore' && rest.length === 0 && values.from !== undefined) {
    await restore(findDataPaths(), values.from, { mayBeNew: values.new === true });
  } else if (command === 'copy' && rest.length === 0 && values.from && values.to) {
    await copy(values.from, values.to);
  } else if (command === 'import-events' && rest.length === 0 && values.from !== undefined) {
    await takeHistory(values.from);
  } else if (command === 'plant' && rest[0] === 'export' && rest.length <= 2) {
    await withPlant((plant) => writePlant(plant, rest[1]));
  } else if (command === 'plant' && rest[0] === 'import' && rest.length === 2) {
    const options = { isReplacing: values.replace === true, isMeant: values.yes === true };
    await withPlant((plant) => importPlant(plant, rest[1]!, options));
  } else {
    throw new AppError('invalid', usage);
  }
}

function findConfig(): Config {
  const loaded = loadConfig({ env: process.env });
  if (!loaded.ok) throw new AppError('invalid', loaded.faults.join('\n'));
  return loaded.config;
}

function findDataPaths(): DataPaths {
  return resolveDataPaths(findConfig());
}

/** Events of the replaced dashboard, into the site that the settings name. */
async function takeHistory(from: string): Promise<void> {
  const config = findConfig();
  const file = openFactoryFile(resolve(from));
  try {
    const { database } = resolveDataPaths(config);
    const db = await open(database.url ?? `sqlite:${database.path}`, false);
    try {
      const { stop, ...plant } = await openImportPlant(config, db);
      try {
        console.log(importText(await importEvents(file, { ...plant, onProgress: sayEvery(100_000) })));
      } finally {
        await stop();
      }
    } finally {
      await db.close();
    }
  } finally {
    file.close();
  }
}

/** What an import needs of the program. */
async function openImportPlant(config: Config, db: Db) {
  const log = createLog({ level: 'warn', pretty: true });
  const sites = await openSites({ config, clock: systemClock, log }, db);
  const { recorder, workers, workstations, stop } = await openProductivity({
    config,
    db,
    sites,
    shifts: await createShiftPlans(db, systemClock, sites),
    names: await createPlantNames(db, systemClock, sites),
    lines: await createLines(db, systemClock, () => {}),
    // What changed shifts ask for is done by the program itself.
    duties: { rebuildsActivity: () => false },
    singletons: createSingletons({ locks: undefined, log }),
    publish: () => {},
    clock: systemClock,
    log,
  });
  return { siteId: sites.own.id, recorder, workers, workstations, stop };
}

function sayEvery(step: number): (count: number) => void {
  let said = 0;
  return (count) => {
    if (count - said < step) return;
    said = count;
    console.log(`${count} events so far …`);
  };
}

/** Opens the plant of this installation, beside the program or without it. */
async function withPlant(work: (plant: OpenPlant) => Promise<void>): Promise<void> {
  const config = findConfig();
  const { database, dbPath } = resolveDataPaths(config);
  const log = createLog({ level: 'warn', pretty: true });
  if (database.url === undefined && !existsSync(dbPath))
    throw new AppError(
      'invalid',
      `There is no database at ${dbPath}: is DB_PATH set as for the program? The program makes it when it starts first.`,
    );
  const lock = database.url === undefined ? holdLock(dbPath) : undefined;
  try {
    const db =
      database.url === undefined
        ? openSqliteDb(dbPath)
        : await openServerDb({ url: database.url, clock: systemClock, log });
    try {
      await work(await openPlant(db, config, log));
    } finally {
      await db.close();
    }
  } finally {
    lock?.release();
  }
}

/** Both databases are given explicitly, so the server's settings are not read. */
async function copy(from: string, to: string): Promise<void> {
  const source = await open(from, true);
  try {
    const target = await open(to, false);
    try {
      const copied = await copyDatabase(source, target, (name, rows) => console.log(`${name}: ${rows} rows`));
      const total = [...copied.values()].reduce((sum, rows) => sum + rows, 0);
      console.log(
        `All ${total} rows are there, with the same sums. Now start with DATABASE_URL=${hidePassword(to)}`,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function open(url: string, mustExist: boolean): Promise<Db> {
  const log = createLog({ level: 'warn', pretty: true });
  const file = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (file === undefined) {
    if (!/^(?:postgres|postgresql|mysql|mariadb):\/\//.test(url))
      throw new AppError('invalid', `${hidePassword(url)} is no address of a database.\n\n${usage}`);
    return openServerDb({ url, clock: systemClock, log });
  }
  const path = resolve(file);
  if (mustExist && !existsSync(path)) throw new AppError('not_found', `There is no file ${path}.`);
  withExclusiveLock(path, () => {});
  return openSqliteDb(path);
}

async function backup({ database, dbPath, backupDir }: DataPaths, wanted: string | undefined): Promise<void> {
  refuseServer(database.url);
  const to =
    wanted === undefined
      ? join(backupDir, `${basename(dbPath)}.backup-${fileStamp(systemClock.now())}`)
      : resolve(wanted);
  if (existsSync(to)) throw new AppError('conflict', `${to} exists already; name another file.`);
  const sizeBytes = await backupSqlite(dbPath, to);
  console.log(`${dbPath} was copied to ${to} (${(sizeBytes / 1e6).toFixed(1)} MB) and checked.`);
}

async function restore(
  { database, dbPath }: DataPaths,
  from: string,
  { mayBeNew }: { mayBeNew: boolean },
): Promise<void> {
  refuseServer(database.url);
  // With other settings than the program's, a plant would be restored where nothing reads it.
  if (!mayBeNew && !existsSync(dbPath)) {
    throw new AppError(
      'invalid',
      `There is no database at ${dbPath}: is DB_PATH set as for the program? Add --new to put the backup there all the same.`,
    );
  }
  const before = await restoreSqlite({
    from: resolve(from),
    path: dbPath,
    migrationsFolder: migrationsOf('sqlite'),
    now: systemClock.now(),
  });
  console.log(`${dbPath} is now as it was in ${resolve(from)}.`);
  if (before !== undefined) console.log(`What was there before is kept as ${before}.`);
}

function refuseServer(url: string | undefined): void {
  if (url === undefined) return;
  throw new AppError(
    'invalid',
    `The database is ${hidePassword(url)}: use the server's own means (pg_dump and pg_restore, mariadb-dump and mariadb, mysqldump and mysql).`,
  );
}
