import { statfs } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import type { Db } from '../schema/db.ts';
import type { HealthPart } from './routes.ts';

/** Less free space than this, and the next batch may not be kept. */
const minFreeBytes = 64 * 1024 * 1024;

/** Whether the database answers. */
export async function checkDatabase(db: Db): Promise<HealthPart> {
  try {
    await db.read.get(sql`select 1`);
    return { ok: true, required: true };
  } catch {
    return { ok: false, required: true };
  }
}

/** Whether what is written now will also fit. */
export async function checkStorage(path: string): Promise<HealthPart> {
  try {
    const { bavail, bsize } = await statfs(path);
    return { ok: bavail * bsize >= minFreeBytes, required: true };
  } catch {
    return { ok: false, required: true };
  }
}
