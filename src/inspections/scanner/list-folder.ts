import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import { isImageName } from '../file-name.ts';
import { isRealFolder, lookUp } from './look-up.ts';

/** Entries read at a time: measured twice as fast as one `readdir` of a million names, and events get a turn between. */
const entriesPerChunk = 4096;

/** Some of a folder's entries, excluded ones left out. `unnameable` are images and folders whose names are no UTF-8. */
export type FolderChunk = { images: string[]; folders: string[]; unnameable: string[] };

/** Stands in a name for bytes that are no UTF-8. */
const replacement = '\ufffd';

/**
 * Lists one folder in chunks. Links to folders are not followed, so that a link cannot lead out of the root or in a
 * circle.
 *
 * @throws the file system's error when the folder cannot be read.
 */
export function* listFolder(path: string, isExcluded: (name: string) => boolean): Generator<FolderChunk> {
  const handle = opendirSync(path, { bufferSize: entriesPerChunk });
  try {
    let chunk = emptyChunk();
    let read = 0;
    for (let entry = handle.readSync(); entry; entry = handle.readSync()) {
      const { name } = entry;
      if (name.includes(replacement) && lookUp(join(path, name)) === 'gone') {
        if (entry.isDirectory() || isImageName(name)) chunk.unnameable.push(name);
      } else if (entry.isDirectory()) {
        if (!isExcluded(name)) chunk.folders.push(name);
      } else if (isImageName(name)) {
        if (!isExcluded(name)) chunk.images.push(name);
      } else if (
        !entry.isFile() &&
        !entry.isSymbolicLink() &&
        // For file systems that do not tell an entry's type with its name.
        isRealFolder(join(path, name)) &&
        !isExcluded(name)
      ) {
        chunk.folders.push(name);
      }
      if (++read % entriesPerChunk === 0) {
        yield chunk;
        chunk = emptyChunk();
      }
    }
    yield chunk;
  } finally {
    handle.closeSync();
  }
}

function emptyChunk(): FolderChunk {
  return { images: [], folders: [], unnameable: [] };
}
