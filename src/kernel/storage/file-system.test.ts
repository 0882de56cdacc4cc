import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { detectWatchMode, isNetworkFileSystem, watchModeOf } from './file-system.ts';

test.each([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
])('a local file system (%i, %s) is watched by events', (type, fileSystem) => {
  expect(watchModeOf(type)).toEqual({ mode: 'events', fileSystem });
  expect(isNetworkFileSystem(type)).toBe(false);
});

test.each([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xff534d42 | 0, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
])('a share (%i, %s) is polled, because writes by other machines cause no events', (type, fileSystem) => {
  expect(watchModeOf(type)).toEqual({ mode: 'poll', fileSystem });
  expect(isNetworkFileSystem(type)).toBe(true);
});

test('layers over other folders and unknown file systems are polled, but are no share', () => {
  expect(watchModeOf(0x794c7630)).toEqual({ mode: 'poll', fileSystem: 'overlay' });
  expect(watchModeOf(0x12345678)).toEqual({ mode: 'poll', fileSystem: '0x12345678' });
  expect(isNetworkFileSystem(0x12345678)).toBe(false);
});

test('the file system that holds a folder decides', () => {
  expect(detectWatchMode(tmpdir())).toEqual(watchModeOf(statfsSync(tmpdir()).type));
});
