import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';

/** Runs checkpoints of one database outside the thread that answers requests: one for each message, then replies. */
const { path } = workerData as { path: string };
const database = new BetterSqlite(path);
database.pragma('synchronous = normal');

parentPort?.on('message', () => {
  try {
    database.pragma('wal_checkpoint(passive)');
  } catch {
    // Pages that cannot be moved now, for example for lack of disk space, are safe in the log until the next checkpoint.
  }
  parentPort?.postMessage('over');
});
