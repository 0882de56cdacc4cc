import { workerData } from 'node:worker_threads';
import { backupSqlite } from './backup-sqlite.ts';

const { path, to } = workerData as { path: string; to: string };
await backupSqlite(path, to);
