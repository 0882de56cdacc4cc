import { expect, test } from 'vitest';
import { createExclude } from './exclude.ts';

const unusual = [
  '@eaDir',
  '@EADIR',
  '#recycle',
  '.snapshot',
  '.DS_Store',
  '._OK-20250906-102131-1.jpg',
  'Thumbs.db',
  'thumbs.DB',
  'a.tmp',
  'a.jpg.part',
  'A.FILEPART',
  '~OK-1.jpg',
  '.~lock',
  'x.crdownload',
  '@Recycle',
  '@recently-snapshot',
  '#snapshot',
  '.zfs',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
  'FOUND.000',
  'Network Recycle Bin 1',
  '.Trash-1000',
  '__MACOSX',
  'desktop.ini',
];
const usual = [
  'S9',
  'OR-3CT',
  'OK-20250906-102131-132.jpg',
  'part',
  'tmp',
  'Thumbs.db.jpg',
  'recycle',
  'a~b.jpg',
  'eaDir',
  '@S1',
  'Recycle',
  'found.12',
  'snapshots',
];

test('files of a NAS, a desktop or an unfinished copy are ignored, and nothing else', () => {
  const isExcluded = createExclude();
  for (const name of unusual) expect(isExcluded(name), name).toBe(true);
  for (const name of usual) expect(isExcluded(name), name).toBe(false);
});

test('a site adds its own names, whole and without regard to case', () => {
  const isExcluded = createExclude(['Archive', 'test-*', '*_old', 'cam?', ' ', 'a*b*c']);
  for (const name of ['archive', 'TEST-1', 'S9_OLD', 'cam1', 'abc', 'aXXbYYc', '.snapshot'])
    expect(isExcluded(name), name).toBe(true);
  for (const name of ['archives', 'my-test-1', 'cam', 'cam12', 'S9_old2', 'acb', ''])
    expect(isExcluded(name), name).toBe(false);
});

test('a site can include names that are otherwise ignored', () => {
  const isExcluded = createExclude(['!~*', '!.live']);
  expect(isExcluded('~OK.jpg')).toBe(false);
  expect(isExcluded('.live')).toBe(false);
  expect(isExcluded('.snapshot')).toBe(true);
});

test('characters that mean something in a regular expression mean themselves', () => {
  const isExcluded = createExclude(['a.b', '(x', '[y]', 'c+']);
  for (const name of ['a.b', '(x', '[y]', 'c+']) expect(isExcluded(name), name).toBe(true);
  for (const name of ['aXb', 'y', 'cc']) expect(isExcluded(name), name).toBe(false);
});

test('a pattern of many stars does not slow the scan down', () => {
  const isExcluded = createExclude([`${'*a'.repeat(60)}b`]);
  for (let i = 0; i < 200; i++) expect(isExcluded('a'.repeat(255))).toBe(false);
});

test('patterns agree with the plain meaning of star and question mark on random names', () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * n);
  };
  const text = (letters: string, length: number) =>
    Array.from({ length }, () => letters[random(letters.length)]).join('');
  let matches = 0;
  for (let i = 0; i < 20_000; i++) {
    const pattern = text('ab*?', 1 + random(5));
    const name = `x${text('ab', random(6))}`.slice(1);
    const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
    expect(createExclude([pattern])(name), `${pattern} ${name}`).toBe(expected);
    if (expected) matches++;
  }
  expect(matches).toBeGreaterThan(1_000);
});
