import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import { lookUpEntry, lookUpFile } from './look-up.ts';

/** Entries per read: twice as fast as one `readdir` of a million names (measured), and events get a turn in between. */
const entriesPerChunk = 4096;
/** Replaces bytes that are not UTF-8: such a name cannot be converted back to the file's. */
const replacement = '\ufffd';

/** Which names to ignore, and which are images. */
export type NameTests = { isExcluded(name: string): boolean; isImageName(name: string): boolean };

/** Part of a folder's entries, without excluded ones. `nameless`: entries whose names are not valid UTF-8. */
export type FolderChunk = {
  images: string[];
  folders: string[];
  nameless: string[];
  /** Links to folders; whether one is followed is not decided here. */
  links: string[];
  /** How many entries are left out by name, and the first of them. */
  excluded: { count: number; names: string[] };
};

const maxExcludedNames = 3;

/**
 * Lists one folder in chunks. Links to folders are named apart: one could lead out of the root or form a cycle.
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
      if (isExcluded(name)) exclude(name);
      else if (entry.isDirectory()) put(chunk.folders, name);
      else if (isImageName(name)) put(chunk.images, name);
      else if (entry.isSymbolicLink()) {
        if (lookUpFile(join(path, name)).state === 'there') put(chunk.links, name);
      } else if (!entry.isFile() && isFolder(join(path, name))) {
        put(chunk.folders, name);
      }
      if (++read % entriesPerChunk === 0) {
        yield chunk;
        chunk = emptyChunk();
      }
    }
    yield chunk;

    function exclude(name: string): void {
      chunk.excluded.count++;
      if (chunk.excluded.names.length < maxExcludedNames) chunk.excluded.names.push(name);
    }

    function put(list: string[], name: string): void {
      const isNameless = name.includes(replacement) && lookUpEntry(join(path, name)).state !== 'there';
      (isNameless ? chunk.nameless : list).push(name);
    }
  } finally {
    handle.closeSync();
  }
}

function emptyChunk(): FolderChunk {
  return { images: [], folders: [], nameless: [], links: [], excluded: { count: 0, names: [] } };
}

/** For file systems whose directory entries carry no type. */
function isFolder(path: string): boolean {
  const found = lookUpEntry(path);
  return found.state === 'there' && found.stats.isDirectory();
}
