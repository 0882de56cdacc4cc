import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isImageName } from '../names/parse-file-name.ts';
import type { SampleFile } from './propose-naming.ts';

/** Files that one sample holds. */
const maxSampleFiles = 2_000;
const maxFolders = 1_500;
const maxEntries = 100_000;
const maxEntriesPerFolder = 20_000;
const maxFilesPerFolder = 200;
/** A slow share gives what it has by then. */
const sampleWithinMs = 8_000;

/**
 * The newest files of a tree, up to two thousand, newest first: from the folders changed last, of each the names that come
 * last. Bounded in folders, entries and time, so on a large tree it is what a look at its newest folders shows.
 *
 * @throws the file system's error when the root cannot be read.
 */
export async function sampleFiles(
  root: string,
  isExcluded: (name: string) => boolean,
): Promise<SampleFile[]> {
  const until = performance.now() + sampleWithinMs;
  const pending = [''];
  const folders: { path: string; changedAt: number; names: string[] }[] = [];
  let entries = 0;
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    if (folders.length >= maxFolders || entries >= maxEntries || performance.now() > until) break;
    try {
      const found = await readFolder(join(root, path), isExcluded);
      entries += found.entries;
      const children = found.folders.map((name) => (path === '' ? name : `${path}/${name}`));
      // Names of folders with dates sort by time: the newest come first.
      pending.push(...children.sort().reverse());
      folders.push({ path, changedAt: found.changedAt, names: found.images });
    } catch (error) {
      if (path === '') throw error;
    }
  }
  const withImages = folders
    .filter(({ names }) => names.length > 0)
    .sort((a, b) => b.changedAt - a.changedAt);
  // A share for each folder, so that the newest of them cannot speak for all.
  const share = Math.max(20, Math.ceil(maxSampleFiles / Math.max(withImages.length, 1)));
  const paths = withImages.flatMap(({ path, names }) =>
    names.slice(-share).map((name) => (path === '' ? name : `${path}/${name}`)),
  );
  const files: SampleFile[] = [];
  for (const path of paths.slice(0, maxSampleFiles)) {
    const isLate = performance.now() > until;
    files.push({ path, modifiedAt: isLate ? null : await changeOf(join(root, path)) });
  }
  return files.sort((a, b) => (b.modifiedAt ?? 0) - (a.modifiedAt ?? 0));
}

async function readFolder(path: string, isExcluded: (name: string) => boolean) {
  const { mtimeMs } = await stat(path);
  const folders: string[] = [];
  let images: string[] = [];
  let entries = 0;
  for await (const entry of await opendir(path, { bufferSize: 1_024 })) {
    if (++entries > maxEntriesPerFolder) break;
    if (isExcluded(entry.name)) continue;
    if (entry.isDirectory()) folders.push(entry.name);
    else if (isImageName(entry.name)) images.push(entry.name);
    if (images.length >= 10 * maxFilesPerFolder) images = images.sort().slice(-maxFilesPerFolder);
  }
  return { changedAt: mtimeMs, entries, folders, images: images.sort().slice(-maxFilesPerFolder) };
}

async function changeOf(path: string): Promise<number | null> {
  try {
    return Math.round((await stat(path)).mtimeMs);
  } catch {
    return null;
  }
}
