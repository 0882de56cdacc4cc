import { join } from 'node:path';
import type { Absences } from './absences.ts';
import { countOf, pathOf } from './folder-state.ts';
import { listFolder } from './list-folder.ts';
import { lookUpFile } from './look-up.ts';
import { createNameSet } from './name-set.ts';
import type { FolderState, ScanContext } from './scan-context.ts';

/** Names of one message. */
const missingPerMessage = 1_000;
/** Tells the writer that files of a folder are gone for good. */
export async function tellMissing(
  context: ScanContext,
  folder: FolderState,
  names: readonly string[],
): Promise<void> {
  for (let from = 0; from < names.length; from += missingPerMessage) {
    const some = names.slice(from, from + missingPerMessage);
    await context.sendMissing(folder.ref, some);
    for (const name of some) folder.names?.delete(name);
  }
}

/**
 * Some known names were not in a folder's listing: hands those that the database holds to `absences`, which believes it
 * or not, and forgets the others.
 */
export async function reportMissing(
  context: ScanContext,
  folder: FolderState,
  absences: Pick<Absences, 'add'>,
): Promise<void> {
  const path = pathOf(context, folder);
  const names = createNameSet(countOf(folder));
  for (const chunk of listFolder(path, context.isExcluded)) {
    for (const name of chunk.images) if (folder.names?.has(name)) names.add(name);
    await new Promise(setImmediate);
  }
  for await (const page of context.readNames(folder.ref)) {
    for (const name of page) {
      if (names.has(name) || lookUpFile(join(path, name)).state !== 'gone') continue;
      if (absences.add(folder, name)) names.add(name);
      else folder.again = true;
    }
  }
  if (!folder.again) folder.names = names;
}
