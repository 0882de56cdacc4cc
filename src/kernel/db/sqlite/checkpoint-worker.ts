import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';

/** Checkpoints of one database, off the thread that answers requests: one for every message, answered when it is over. */
const { path } = workerData as { path: string };
const database = new BetterSqlite(path);
database.pragma('synchronous = normal');

parentPort?.on('message', () => {
  try {
    database.pragma('wal_checkpoint(passive)');
  } catch {
    // What cannot be carried over now, for want of disk space for one, is safe in the log until the next time.
  }
  parentPort?.postMessage('over');
});
