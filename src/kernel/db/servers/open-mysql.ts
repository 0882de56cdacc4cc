import { drizzle } from 'drizzle-orm/mysql2';
import mysql from 'mysql2/promise';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Database, Queryable } from '../database.ts';
import { type Migration, migrationsTable, pendingMigrations, readMigrations } from '../migrations.ts';
import { createWriteTurns } from '../write-turns.ts';
import { connectAtStart, connectTimeoutMs, maxConnections, queryTimeoutMs } from './connect-server.ts';
import type { ServerOptions } from './open-postgres.ts';

/** How far a migration under way has come. */
const progressTable = '__linesight_migration';
/** What the server answers to a change of a table that was made already. */
const doneErrors = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_BAD_TABLE_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
]);
/** How long a starting process waits for another to migrate the tables. */
const lockWaitSec = 60;
/** Values are never truncated or guessed silently, and a statement sees all earlier commits of other processes. */
const sessionSettings = [
  `set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'`,
  'set session transaction isolation level read committed',
];

/**
 * Opens a MySQL or MariaDB database and brings its tables up to date; see `openPostgres`. Names are compared byte by
 * byte, as in file systems.
 *
 * @throws AppError 'unavailable' when it cannot be used, is too old, or was migrated by a newer program.
 */
export async function openMysql<T>(options: ServerOptions<T>): Promise<Database<T>> {
  const { url, tables, migrationsFolder, log } = options;
  await connectAtStart(url, options, () => migrate(url, migrationsFolder));
  const pool = createPool(url, log);
  const turns = createWriteTurns();
  return {
    dialect: 'mysql',
    tables,
    read: drizzle(pool) as unknown as Queryable,
    tx: (fn) =>
      turns.run(() =>
        inTransaction(pool, (connection) => fn(drizzle(connection as never) as unknown as Queryable)),
      ),
    writeFault: turns.fault,
    pendingWrites: turns.pending,
    ping: async () => void (await pool.query('select 1')),
    close: async () => {
      await turns.onIdle();
      await pool.end();
    },
  };
}

/** Opens a MySQL or MariaDB database for a few reads. */
export function openMysqlReader(url: string, log: Log): { read: Queryable; close(): Promise<void> } {
  const pool = createPool(url, log, 1);
  return { read: drizzle(pool) as unknown as Queryable, close: () => pool.end() };
}

/** Options of every connection to the server. */
export function mysqlConnectionOptions(url: string): mysql.ConnectionOptions {
  return {
    uri: url.replace(/^mariadb:/, 'mysql:'),
    connectTimeout: connectTimeoutMs,
    charset: 'utf8mb4',
    enableKeepAlive: true,
    // MariaDB stores JSON as text, so that both are read alike.
    jsonStrings: true,
    // Count changed rows, not matched ones.
    flags: ['-FOUND_ROWS'],
  };
}

function createPool(url: string, log: Log, connectionLimit = maxConnections): mysql.Pool {
  const pool = mysql.createPool({ ...mysqlConnectionOptions(url), connectionLimit });
  pool.pool.on('connection', (connection) => {
    connection.on('error', (error) => log.warn({ err: error }, 'A connection to the database was lost'));
    for (const setting of sessionSettings) connection.query(setting, () => {});
  });
  return pool;
}

async function inTransaction<T>(
  pool: mysql.Pool,
  work: (connection: mysql.PoolConnection) => Promise<T>,
): Promise<T> {
  const connection = await pool.getConnection();
  // A server that stops answering must not block all later writes.
  const timer = setTimeout(() => connection.destroy(), queryTimeoutMs);
  let isBroken = false;
  try {
    await connection.query('begin');
    const result = await work(connection);
    await connection.query('commit');
    return result;
  } catch (error) {
    await connection.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    clearTimeout(timer);
    if (isBroken) connection.destroy();
    else connection.release();
  }
}

async function migrate(url: string, migrationsFolder: string): Promise<void> {
  const connection = await mysql.createConnection(mysqlConnectionOptions(url));
  connection.on('error', () => {});
  try {
    const collation = await binaryCollation(connection);
    await takeLock(connection);
    await connection.query(
      `create table if not exists ${migrationsTable} (id bigint auto_increment primary key, hash varchar(64) not null, created_at bigint)`,
    );
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      `select max(created_at) as newest from ${migrationsTable}`,
    );
    const newest = rows[0]?.newest === null ? undefined : Number(rows[0]?.newest);
    const pending = pendingMigrations(readMigrations(migrationsFolder), newest);
    if (pending.length === 0) return;
    await connection.query(
      `create table if not exists ${progressTable} (made_at bigint primary key, done bigint not null, begun bigint not null)`,
    );
    for (const migration of pending) await apply(connection, migration, collation);
    await connection.query(`drop table ${progressTable}`);
  } finally {
    // Releases the lock, too.
    connection.destroy();
  }
}

/**
 * Applies a migration, or the rest of one that was interrupted: these servers commit each change of a table by itself. What
 * was done is noted after each statement, with the rows that it changed in one transaction. A statement that was begun and
 * neither noted nor refused may have been done by a process that was killed.
 */
async function apply(connection: mysql.Connection, migration: Migration, collation: string): Promise<void> {
  const { madeAt, hash, statements } = migration;
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    `select done, begun from ${progressTable} where made_at = ?`,
    [madeAt],
  );
  if (rows[0] === undefined)
    await connection.query(`insert into ${progressTable} values (?, 0, 0)`, [madeAt]);
  const [done, begun] = [Number(rows[0]?.done ?? 0), Number(rows[0]?.begun ?? 0)];
  const note = (column: 'done' | 'begun', count: number) =>
    connection.query(`update ${progressTable} set ${column} = ? where made_at = ?`, [count, madeAt]);
  for (const [i, statement] of statements.entries()) {
    if (i < done) continue;
    await note('begun', i + 1);
    await connection.query('begin');
    try {
      await connection.query(withCollation(statement, collation));
    } catch (error) {
      const isInPlace = doneErrors.has((error as { code?: string }).code ?? '');
      if (!isInPlace || begun !== i + 1) {
        await connection.query('rollback');
        await note('begun', 0);
        throw isInPlace ? unknownState(error as Error, i + 1, statements.length) : error;
      }
    }
    await note('done', i + 1);
    await connection.query('commit');
  }
  await connection.query(`insert into ${migrationsTable} (hash, created_at) values (?, ?)`, [hash, madeAt]);
}

/** What an earlier version did of an update that ended midway was noted nowhere, so nothing tells where to go on. */
function unknownState({ message }: Error, step: number, steps: number): AppError {
  return new AppError(
    'unavailable',
    `The tables of this database are not as its last update left them: ${message} (step ${step} of ${steps}). ` +
      'An update by an earlier version was interrupted, or the tables belong to another program. Restore the backup ' +
      'from before the update, or name an empty database in DATABASE_URL, and start again.',
  );
}

async function takeLock(connection: mysql.Connection): Promise<void> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    `select get_lock(concat(database(), '.linesight'), ${lockWaitSec}) as taken`,
  );
  if (rows[0]?.taken !== 1)
    throw new AppError(
      'unavailable',
      'Another process changes the tables of the database; start again later.',
    );
}

/**
 * A binary collation that also compares trailing spaces.
 *
 * @throws AppError 'unavailable' when the server is too old.
 */
async function binaryCollation(connection: mysql.Connection): Promise<string> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>('select version() as version');
  const text = String(rows[0]?.version);
  const [major = 0, minor = 0] = text.split('.').map(Number.parseFloat);
  const isMaria = /mariadb/i.test(text);
  const isOld = isMaria ? major < 10 || (major === 10 && minor < 6) : major < 8;
  if (isOld)
    throw new AppError('unavailable', `${text} is too old; MySQL 8 or MariaDB 10.6 or newer is needed.`);
  return isMaria ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}

/** Sets the collation of a new table, whatever the default of the database. */
function withCollation(statement: string, collation: string): string {
  if (!/^\s*create table/i.test(statement)) return statement;
  return statement.replace(/;?\s*$/, ` engine = InnoDB default charset = utf8mb4 collate = ${collation};`);
}
