import { access, constants, statfs } from 'node:fs/promises';
import type { HealthPart } from '../kernel/health-part.ts';
import type { Db } from '../schema/db.ts';

/** With less free space the next batch might not fit. */
const minFreeBytes = 64 * 1024 * 1024;

/** Whether the database answers and its last write succeeded. */
export async function checkDatabase(db: Db): Promise<HealthPart> {
  const writeFault = db.writeFault() ?? null;
  const detail = { writeFault, pendingWrites: db.pendingWrites() };
  try {
    await db.ping();
    return { ok: writeFault === null, required: true, detail };
  } catch {
    return { ok: false, required: true, detail };
  }
}

/** Whether a folder can be written to, and whether its content persists (`isKept`). */
export async function checkStorage(path: string, { isKept }: { isKept: boolean }): Promise<HealthPart> {
  try {
    const { bavail, bsize } = await statfs(path);
    await access(path, constants.W_OK | constants.X_OK);
    const freeBytes = bavail * bsize;
    return { ok: isKept && freeBytes >= minFreeBytes, required: true, detail: { freeBytes, isKept } };
  } catch (error) {
    const fault = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { ok: false, required: true, detail: { fault, isKept } };
  }
}
