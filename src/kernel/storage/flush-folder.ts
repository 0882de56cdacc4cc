import { open } from 'node:fs/promises';

/** Makes new names in a folder durable, where the file system can flush a folder. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
