import { link, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimNames, completeNames, identityOf, type Move } from './claim-names.ts';

/** Fails as a file system without hard links does. */
const linkless = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));

function createFolder(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-claim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const move = async (from: string, to: string): Promise<Move> => ({
    from: join(folder, from),
    to: join(folder, to),
    id: await identityOf(join(folder, from)),
  });
  const content = () =>
    Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  return { folder, move, content };
}

test.each([
  ['with hard links', undefined],
  ['without', linkless],
])(
  'on a disk %s a name that another has is never written over, and a pair gets both names or none',
  async (_, linkFile) => {
    const { move, content } = createFolder({ '.a': 'one', '.b': 'two', 'b.jpg': 'of another' });
    expect(await claimNames([await move('.a', 'a.jpg'), await move('.b', 'b.jpg')], linkFile)).toBe(false);
    expect(content()).toEqual({ '.a': 'one', '.b': 'two', 'b.jpg': 'of another' });
    expect(await claimNames([await move('.a', 'a.jpg'), await move('.b', 'c.jpg')], linkFile)).toBe(true);
    expect(content()).toEqual({ 'a.jpg': 'one', 'b.jpg': 'of another', 'c.jpg': 'two' });
  },
);

test.each([
  ['with hard links', undefined],
  ['without', linkless],
])(
  'of many that want one name at once on a disk %s one gets it, and no file is lost',
  async (_, linkFile) => {
    const names = Array.from({ length: 20 }, (_unused, i) => `.${i}`);
    const { move, content } = createFolder(Object.fromEntries(names.map((name) => [name, name])));
    const moves = await Promise.all(names.map((name) => move(name, 'a.jpg')));
    const got = await Promise.all(moves.map((one) => claimNames([one], linkFile)));
    expect(got.filter(Boolean)).toHaveLength(1);
    expect(Object.keys(content())).toHaveLength(20);
  },
);

test('a rename that stopped between link and unlink, or before a reserved name was filled, is completed', async () => {
  const { folder, move, content } = createFolder({ '.a': 'one', '.b': 'two', 'b.jpg': '' });
  const moves = [await move('.a', 'a.jpg'), await move('.b', 'b.jpg')];
  await new Promise<void>((done) => link(join(folder, '.a'), join(folder, 'a.jpg'), () => done()));
  expect(statSync(join(folder, '.a')).nlink).toBe(2);
  expect(await completeNames(moves)).toBe(2);
  expect(content()).toEqual({ 'a.jpg': 'one', 'b.jpg': 'two' });
});

test('a pair of a dead process is undone when its second name is taken by now', async () => {
  const { move, content } = createFolder({ '.a': 'one', '.b': 'two', 'b.jpg': 'of another' });
  const moves = [await move('.a', 'a.jpg'), await move('.b', 'b.jpg')];
  expect(await claimNames(moves.slice(0, 1))).toBe(true);
  expect(await completeNames(moves)).toBe(0);
  expect(content()).toEqual({ '.a': 'one', '.b': 'two', 'b.jpg': 'of another' });
});

test('a process that has just started may complete the pair first', async () => {
  const { move, content } = createFolder({ '.a': 'one', '.b': 'two' });
  const moves = [await move('.a', 'a.jpg'), await move('.b', 'b.jpg')];
  expect(await completeNames(moves)).toBe(2);
  expect(await claimNames(moves)).toBe(true);
  expect(content()).toEqual({ 'a.jpg': 'one', 'b.jpg': 'two' });
});
