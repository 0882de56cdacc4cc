import { join } from 'node:path';
import type { Backfill } from '../arrival/backfill.ts';
import type { FileIntake } from '../arrival/file-intake.ts';
import { listFolder } from '../disk/list-folder.ts';
import { lookUpFile } from '../disk/look-up.ts';
import { countOf, pathOf } from '../state/folder-state.ts';
import { isHistory } from '../state/keep-since.ts';
import { createNameSet } from '../state/name-set.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import type { Absences } from './absences.ts';

type Parts = { context: ScanContext; absences: Absences; intake: FileIntake; backfill: Backfill };

/**
 * Compares a folder with the database after some known names were missing from its listing. Files only in the database
 * go to `absences`, which decides about them. Files only in the folder, renamed for a moment, are new to the next sweep.
 */
export async function reportMissing(
  { context, absences, intake, backfill }: Parts,
  folder: FolderState,
): Promise<void> {
  if (backfill.holds(folder)) {
    folder.again = true;
    return;
  }
  await intake.settle();
  const path = pathOf(context, folder);
  const recorded = createNameSet(countOf(folder));
  for await (const page of context.readNames(folder.ref)) for (const name of page) recorded.add(name);
  const names = createNameSet(countOf(folder));
  for (const chunk of listFolder(path, context)) {
    for (const name of chunk.images) {
      if (recorded.has(name) || intake.isWaiting(folder, name) || isHistory(context, folder, name))
        names.add(name);
      else folder.again = true;
    }
    await new Promise(setImmediate);
  }
  for await (const page of context.readNames(folder.ref)) {
    for (const name of page) {
      if (names.has(name) || lookUpFile(join(path, name)).state !== 'gone') continue;
      if (absences.add(folder, name)) names.add(name);
      else folder.again = true;
    }
  }
  folder.names = names;
  intake.forgetAllBut(folder, names);
}
