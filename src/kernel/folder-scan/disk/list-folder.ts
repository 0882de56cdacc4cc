import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import { lookUpEntry } from './look-up.ts';

/** Entries read at a time: measured twice as fast as one `readdir` of a million names, and events get a turn between. */
const entriesPerChunk = 4096;
/** Stands for bytes that are no UTF-8: such a name cannot be turned back into the file's. */
const replacement = '\ufffd';

/** Which names are passed over, and which are images. */
export type NameTests = { isExcluded(name: string): boolean; isImageName(name: string): boolean };

/** Some of a folder's entries, excluded ones left out. `nameless` are those whose names are not valid UTF-8. */
export type FolderChunk = { images: string[]; folders: string[]; nameless: string[] };

/**
 * Lists one folder in chunks. Links to folders are not followed, so that a link cannot lead out of the root or in a
 * circle.
 *
 * @throws the file system's error when the folder cannot be read.
 */
export function* listFolder(path: string, { isExcluded, isImageName }: NameTests): Generator<FolderChunk> {
  const handle = opendirSync(path, { bufferSize: entriesPerChunk });
  try {
    let chunk = emptyChunk();
    let read = 0;
    for (let entry = handle.readSync(); entry; entry = handle.readSync()) {
      const { name } = entry;
      if (entry.isDirectory()) {
        if (!isExcluded(name)) put(chunk.folders, name);
      } else if (isImageName(name)) {
        if (!isExcluded(name)) put(chunk.images, name);
      } else if (
        !entry.isFile() &&
        !entry.isSymbolicLink() &&
        isFolder(join(path, name)) &&
        !isExcluded(name)
      ) {
        put(chunk.folders, name);
      }
      if (++read % entriesPerChunk === 0) {
        yield chunk;
        chunk = emptyChunk();
      }
    }
    yield chunk;

    function put(list: string[], name: string): void {
      const isNameless = name.includes(replacement) && lookUpEntry(join(path, name)).state !== 'there';
      (isNameless ? chunk.nameless : list).push(name);
    }
  } finally {
    handle.closeSync();
  }
}

function emptyChunk(): FolderChunk {
  return { images: [], folders: [], nameless: [] };
}

/** For file systems that do not tell an entry's type with its name. */
function isFolder(path: string): boolean {
  const found = lookUpEntry(path);
  return found.state === 'there' && found.stats.isDirectory();
}
