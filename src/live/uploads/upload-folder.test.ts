import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeUploadFolder } from './upload-folder.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-upload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
const unavailable = { code: 'unavailable', message: expect.stringMatching(/IMAGE_BASE_PATH.*mounted/) };

test('an upload writes nothing to the mount point of a share that is not mounted', async () => {
  const folder = createFolder();
  const base = { dir: join(folder, 'share', 'live'), isOwn: false };
  await expect(makeUploadFolder(base, 'original', false)).rejects.toMatchObject(unavailable);
  expect(existsSync(join(folder, 'share'))).toBe(false);
  // A mount point exists without the mount; the folder that held images does not.
  mkdirSync(base.dir, { recursive: true });
  await expect(makeUploadFolder(base, 'original', true)).rejects.toMatchObject(unavailable);
  expect(existsSync(join(base.dir, 'original'))).toBe(false);
});

test("an existing base gets the role's folder, and our own base is created as a whole", async () => {
  const folder = createFolder();
  const given = { dir: folder, isOwn: false };
  const paths = await Promise.all([1, 2].map(() => makeUploadFolder(given, 'labeled', false)));
  expect(paths).toEqual(Array(2).fill(join(folder, 'labeled')));
  expect(await makeUploadFolder(given, 'labeled', true)).toBe(join(folder, 'labeled'));
  const own = { dir: join(folder, 'state', 'live'), isOwn: true };
  expect(existsSync(await makeUploadFolder(own, 'original', true))).toBe(true);
});

test('where no folder can be created, the sender gets the reason and nothing is kept', async () => {
  const folder = createFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const base of [
    { dir: '/sys/kernel', isOwn: false },
    { dir: file, isOwn: true },
    { dir: file, isOwn: false },
  ])
    await expect(makeUploadFolder(base, 'original', false)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/for uploads cannot be made: \w+ .*Nothing was kept/),
    });
});
