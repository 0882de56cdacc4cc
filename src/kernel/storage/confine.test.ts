import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openInside, resolveInside } from './confine.ts';
import { openRegularFile } from './open-file.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'confine-')));
afterAll(() => rmSync(base, { recursive: true }));

const root = join(base, 'watch');
const image = join(root, 'S9', 'OR-3CT', 'OK-1.jpg');
const secret = join(base, 'secret.jpg');
mkdirSync(join(root, 'S9', 'OR-3CT'), { recursive: true });
mkdirSync(join(base, 'watch-old'));
writeFileSync(image, 'image');
writeFileSync(secret, 'secret');
writeFileSync(join(base, 'watch-old', 'a.jpg'), 'old');
symlinkSync(secret, join(root, 'link-out.jpg'));
symlinkSync(base, join(root, 'folder-out'));
symlinkSync(join(root, 'S9'), join(root, 'link-in'));
symlinkSync(join(base, 'nowhere'), join(root, 'dangling'));
symlinkSync('loop', join(root, 'loop'));
symlinkSync(root, join(base, 'root-by-link'));

test('a file of the watched folder is found by relative and by absolute path', async () => {
  expect(await resolveInside(root, 'S9/OR-3CT/OK-1.jpg')).toEqual({ ok: true, realPath: image });
  expect(await resolveInside(root, image)).toEqual({ ok: true, realPath: image });
});

test('links that stay in the watched folder are followed, and the folder itself may be a link', async () => {
  expect(await resolveInside(root, 'link-in/OR-3CT/OK-1.jpg')).toEqual({ ok: true, realPath: image });
  const rootByLink = join(base, 'root-by-link');
  for (const path of [image, join(rootByLink, 'S9/OR-3CT/OK-1.jpg'), 'S9/OR-3CT/OK-1.jpg'])
    expect(await resolveInside(rootByLink, path)).toEqual({ ok: true, realPath: image });
});

test.each([
  ['a climb', '../secret.jpg'],
  ['a climb from within', 'S9/../../secret.jpg'],
  ['a climb to nothing', '../not-there.jpg'],
  ['an absolute path', secret],
  ['a neighbour with the same beginning', join(base, 'watch-old', 'a.jpg')],
  ['a link to a file outside', 'link-out.jpg'],
  ['a link to a folder outside', 'folder-out/secret.jpg'],
  ['a system file', '/etc/passwd'],
])('%s does not leave the watched folder', async (_, path) => {
  expect(await resolveInside(root, path)).toEqual({ ok: false, reason: 'outside' });
  expect(await openInside(root, path)).toEqual({ ok: false, reason: 'outside' });
});

test.each([
  ['NUL bytes', 'S9/OK-1.jpg\0.png', 'invalid'],
  ['nothing', '', 'invalid'],
  ['a megabyte', 'a/'.repeat(500_000), 'invalid'],
  ['a name longer than the disk takes', 'x'.repeat(300), 'unreadable'],
  ['an encoded climb, which is a name like any other', '%2e%2e/secret.jpg', 'missing'],
  ['a backslash climb, which is a name like any other', '..\\secret.jpg', 'missing'],
  ['a link to nowhere', 'dangling', 'missing'],
  ['a link to itself', 'loop', 'unreadable'],
  ['a file used as a folder', 'S9/OR-3CT/OK-1.jpg/x', 'missing'],
  ['a file that is gone', 'S9/OR-3CT/OK-2.jpg', 'missing'],
])('%s: refused with the reason', async (_, path, reason) => {
  expect(await resolveInside(root, path)).toEqual({ ok: false, reason });
});

test('a watched folder that is away makes its files missing', async () => {
  expect(await resolveInside(join(base, 'unmounted'), 'a.jpg')).toEqual({ ok: false, reason: 'missing' });
});

test('an opened image can be read and knows its size', async () => {
  const opened = await openInside(root, image);
  if (!opened.ok) throw new Error(opened.reason);
  expect(opened).toMatchObject({ realPath: image, sizeBytes: 5 });
  expect(await opened.file.readFile('utf8')).toBe('image');
  await opened.file.close();
});

test('a folder or a pipe under an image name is refused without waiting', async () => {
  execFileSync('mkfifo', [join(root, 'pipe.jpg')]);
  expect(await openInside(root, 'pipe.jpg')).toEqual({ ok: false, reason: 'unreadable' });
  expect(await openInside(root, 'S9')).toEqual({ ok: false, reason: 'unreadable' });
});

test('a folder exchanged for a link after its path was checked does not lead out of the watched folder', async () => {
  const strayed = join(root, 'folder-out', 'secret.jpg');
  expect(await openRegularFile(strayed, root)).toMatchObject({ ok: false, reason: 'unreadable' });
  const opened = await openRegularFile(image, join(base, 'root-by-link'));
  expect(opened.ok).toBe(true);
  if (opened.ok) await opened.file.close();
});

test('swapping folders continually never exposes a file outside', async () => {
  const [folder, link, aside] = ['swapped', 'swap-link', 'aside'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(folder);
  writeFileSync(join(folder, 'secret.jpg'), 'image');
  symlinkSync(base, link);
  const read = new Set<string>();
  let isDone = false;
  const reading = (async () => {
    for (let i = 0; i < 1_000; i++) {
      const opened = await openInside(root, 'swapped/secret.jpg');
      if (!opened.ok) continue;
      read.add(await opened.file.readFile('utf8'));
      await opened.file.close();
    }
    isDone = true;
  })();
  while (!isDone) {
    for (const [from, to] of [
      [folder, aside],
      [link, folder],
      [folder, link],
      [aside, folder],
    ] as const) {
      renameSync(from, to);
      await new Promise(setImmediate);
    }
  }
  await reading;
  expect([...read]).not.toContain('secret');
});
