import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rootStatus, startingStatus } from '../../../kernel/folder-scan/model/root-status.ts';
import { describeFolders } from './watched-folders.ts';

const status = (path: string, over: object) => ({
  ...rootStatus({ id: 3, path }, 'auto', startingStatus('auto'), { isSilent: false, heardAt: 0 }),
  ...over,
});

test('a folder says what is in it and who may write to it', async () => {
  const path = mkdtempSync(join(tmpdir(), 'linesight-owner-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  chmodSync(path, 0o750);
  const { uid, gid } = statSync(path);
  const lastSweep = { kind: 'sweep' as const, startedAt: 0, durationMs: 1, filesSeen: 12, filesAdded: 0 };
  expect(await describeFolders([status(path, { state: 'online', lastSweep })])).toEqual([
    {
      path,
      state: 'online',
      files: 12,
      owner: { user: uid, group: gid, mode: 'rwxr-x---' },
      layoutHref: '/sources/3/layout',
    },
  ]);
});

test('of a folder that is away or was not looked through nothing is claimed', async () => {
  const away = status('/nowhere', { state: 'offline' });
  const starting = status('/nowhere', {});
  expect(await describeFolders([away, starting])).toMatchObject([
    { state: 'offline', files: null, owner: null, layoutHref: null },
    { state: 'starting', files: null, owner: null, layoutHref: null },
  ]);
});
