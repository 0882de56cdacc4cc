import { DrizzleQueryError } from 'drizzle-orm';
import { AppError } from '../errors.ts';

/** Error codes of PostgreSQL (SQLSTATE), MySQL and the network for an unreachable database. */
const awayCodes = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ],
  // Shut down, crashed, starting up, too many connections, and the class of connection exceptions.
  ...['57P01', '57P02', '57P03', '53300', '08000', '08001', '08003', '08004', '08006'],
  ...['PROTOCOL_CONNECTION_LOST', 'ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR', 'PROTOCOL_SEQUENCE_TIMEOUT'],
]);
/** Messages of pg and mysql2 without a code. */
const awayMessages =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|closed state|Pool is closed|not queryable/;
/** Codes of all three databases for a disk that is full, read-only or gone. */
const diskCodes =
  /^(?:SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB).*|53100|58030|ER_DISK_FULL|ER_RECORD_FILE_FULL)$/;

type Fault = { code?: string; message?: string; cause?: unknown };

/** Whether the database could not be reached. Drizzle wraps the driver's error. */
export function isDatabaseAway(error: unknown): boolean {
  return causesOf(error).some(
    ({ code = '', message = '' }) => awayCodes.has(code) || awayMessages.test(message),
  );
}

/** The error to report for a query whose database is away; undefined for any other error. */
export function asAwayError(error: unknown): AppError | undefined {
  if (!(error instanceof DrizzleQueryError) || !isDatabaseAway(error)) return undefined;
  return awayError(error);
}

/** The error shown while the database is away. */
export function awayError(cause: unknown): AppError {
  const message =
    'The database does not answer. Nothing is lost: what is found meanwhile is recorded as soon as it is back.';
  return new AppError('unavailable', message, { cause, details: { retryAfterSec: 5 } });
}

/** Why writes fail, unless the data itself was refused. */
export function storageFaultOf(error: unknown): string | undefined {
  const causes = causesOf(error);
  const away = causes.find(
    ({ code = '', message = '' }) => awayCodes.has(code) || awayMessages.test(message),
  );
  if (away) return `the database does not answer (${away.code ?? away.message})`;
  return causes.find(({ code = '' }) => diskCodes.test(code))?.message;
}

function causesOf(error: unknown): Fault[] {
  const causes: Fault[] = [];
  for (let one = error as Fault | undefined; one && causes.length < 5; one = one.cause as Fault | undefined) {
    causes.push(one);
    // A host name with several addresses yields an error for each.
    const { errors } = one as { errors?: Fault[] };
    if (Array.isArray(errors)) causes.push(...errors.slice(0, 4));
  }
  return causes;
}
