import { statfsSync } from 'node:fs';

/** Magic numbers of statfs(2), from linux/magic.h and the file systems' own sources. */
const namesByMagic = new Map<number, string>([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0x01021994, 'tmpfs'],
  [0xf2f52010, 'f2fs'],
  [0x4d44, 'vfat'],
  [0x2011bab0, 'exfat'],
  [0x5346544e, 'ntfs'],
  [0x7366746e, 'ntfs3'],
  [0x794c7630, 'overlay'],
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x6a656a63, 'virtiofs'],
  [0x00c36400, 'ceph'],
  [0x61756673, 'aufs'],
  [0xc97e8168, 'vboxsf'],
]);

const network = new Set(['nfs', 'cifs', 'smb2', 'smb', 'fuse', '9p', 'virtiofs', 'ceph', 'vboxsf']);
/** File systems on which changes made elsewhere may cause no events on this machine. */
const withoutEvents = new Set([...network, 'overlay', 'aufs']);

/** The file system's name for a statfs type, or its number in hex when unknown. */
export function fileSystemName(type: number): string {
  const magic = type >>> 0;
  return namesByMagic.get(magic) ?? `0x${magic.toString(16)}`;
}

/** True when the files lie on another machine, where locks and shared memory cannot be trusted. */
export function isNetworkFileSystem(type: number): boolean {
  return network.has(fileSystemName(type));
}

/** Whether the times of files come from the clock of this machine. A file system we do not know may be a share. */
export function isTimedHere(fileSystem: string): boolean {
  return namesByMagic.values().some((name) => name === fileSystem) && !network.has(fileSystem);
}

/** File systems on which a file's number is made up anew whenever it is looked at after a while. */
const withoutInodes = new Set(['vfat', 'exfat', 'fuse', '9p', 'vboxsf', 'smb']);

/** Whether a file keeps its number on a file system of this name, so that a renamed file can be recognised. */
export function keepsInodes(fileSystem: string): boolean {
  return !withoutInodes.has(fileSystem);
}

/** How to notice changes on a file system of a statfs type: events where they can be trusted, else polling. */
export function watchModeOf(type: number): { mode: 'events' | 'poll'; fileSystem: string } {
  const fileSystem = fileSystemName(type);
  const isTrusted = namesByMagic.has(type >>> 0) && !withoutEvents.has(fileSystem);
  return { mode: isTrusted ? 'events' : 'poll', fileSystem };
}

/** The same for the file system that holds `path`. */
export function detectWatchMode(path: string): { mode: 'events' | 'poll'; fileSystem: string } {
  return watchModeOf(statfsSync(path).type);
}
