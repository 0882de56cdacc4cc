import { opendir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLiveImageName } from '../live-file-name.ts';
import { type LiveRole, liveRoles, mainCamera } from '../model.ts';
import { type ChannelFolder, channelKeyOf } from '../recording/channels.ts';

/** Most folders of the base folder that are searched; a folder with more is not meant as one. */
const maxFolders = 500;
/** Entries of an unknown folder that are searched for a first image. */
const maxEntries = 2_000;

/** A camera of LIVE_CHANNELS. */
export type NamedFolder = { name: string; path: string };

/** Parses entries of LIVE_CHANNELS, such as `line2=/mnt/line2`. */
export function parseNamedFolders(entries: readonly string[]): NamedFolder[] {
  return entries.map((entry) => {
    const at = entry.indexOf('=');
    return { name: entry.slice(0, at).trim(), path: entry.slice(at + 1).trim() };
  });
}

/**
 * Finds the channels of the base folder: `original` and `labeled` are the camera `main`; any other folder is a camera of
 * its name, and holds `original` and `labeled` or images. Unreadable folders have no channels; links to folders are
 * followed. Folders that are channels already (`isKnown`) are not searched again.
 */
export async function findBaseFolders(
  base: string,
  isKnown: (path: string) => boolean,
  isExcluded: (name: string) => boolean,
): Promise<ChannelFolder[]> {
  const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isFile() && !isExcluded(entry.name)).map(({ name }) => name);
  const found: ChannelFolder[] = [];
  for (const name of names.slice(0, maxFolders).sort()) {
    const path = join(base, name);
    const role = liveRoles.find((one) => one === name);
    if (role) {
      if (await isFolder(path)) found.push({ path, camera: mainCamera, role, wantedKey: role });
    } else if (!isKnown(path)) found.push(...(await findCameraFolders({ name, path })));
  }
  return found;
}

/** Finds the channels of one camera's folder: its `original` and `labeled`, or the folder itself when it holds images. */
export async function findCameraFolders({ name, path }: NamedFolder): Promise<ChannelFolder[]> {
  const plain = channelKeyOf(name);
  // These keys belong to the camera of the base folder.
  const camera = [mainCamera, ...liveRoles].some((word) => word === plain) ? `${plain}-camera` : plain;
  const found: ChannelFolder[] = [];
  for (const role of liveRoles) {
    const inside = join(path, role);
    if (await isFolder(inside)) found.push({ path: inside, camera, role, wantedKey: `${camera}-${role}` });
  }
  if (found.length > 0 || !(await holdsImage(path))) return found;
  const role: LiveRole = /labell?ed$/i.test(plain) ? 'labeled' : 'original';
  return [{ path, camera, role, wantedKey: camera }];
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function holdsImage(path: string): Promise<boolean> {
  try {
    await using folder = await opendir(path);
    let seen = 0;
    for await (const entry of folder) {
      if (!entry.isDirectory() && isLiveImageName(entry.name)) return true;
      if (++seen >= maxEntries) return false;
    }
    return false;
  } catch {
    return false;
  }
}
