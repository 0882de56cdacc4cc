import { expect, test } from 'vitest';
import { piecesOf } from './pattern-pieces.ts';
import { proveNamePattern } from './prove-name-pattern.ts';

const groups = String.raw`(?P<pass>OK|NG)-(?P<date>\d{8})-(?P<time>\d{6})`;

test.each([
  ['nested repetition of digits', `^${groups}-(?P<count>(\\d+)+)\\.jpg$`],
  [
    'nested repetition after a required prefix',
    String.raw`^CAM(?<cam>\d)_(?<date>\d{8})(?<time>\d{6})_(?<pass>OK|NG)_(?<rest>(\w+\s?)+)\.jpg$`,
  ],
  ['two alternatives for one letter', `^${groups}(?:x|x)+\\.jpg$`],
  ['many greedy parts in a row', `^.*.*.*.*.*${groups}\\.jpg$`],
])('a pattern that could hang the scanner is refused: %s', async (_name, pattern) => {
  expect(await proveNamePattern({ fileName: pattern })).toMatch(/for ever/);
});

test.each([
  ['the default', undefined],
  ['the default with one more extension', `^${groups}-(?P<count>\\d+)\\.(?:jpg|jpeg|png|bmp)$`],
  [
    'a plant with free text',
    String.raw`^(?<line>[^_]+)_(?<date>\d{4}-\d\d-\d\d)_(?<time>\d\d-\d\d-\d\d)_.*_(?<pass>PASS|FAIL)(?:_(?<count>\d+))?\.(?:jpe?g|png)$`,
  ],
  ['a back-reference', `^(?P<lot>\\w+)_(?P=lot)_${groups}\\.jpg$`],
])('a safe pattern passes: %s', async (_name, pattern) => {
  expect(await proveNamePattern({ fileName: pattern })).toBeUndefined();
});

test('a pattern that does not compile is refused before it is tried', async () => {
  expect(await proveNamePattern({ fileName: '(' })).toMatch(/does not compile/);
});

test('every element of a pattern starts one of the pieces', () => {
  expect(piecesOf(String.raw`^a(?:b+|[)|]c)\)d{2}$`)).toEqual(
    expect.arrayContaining([
      String.raw`a(?:b+|[)|]c)\)d{2}$`,
      'b+',
      '[)|]c',
      'c',
      String.raw`\)d{2}$`,
      'd{2}$',
    ]),
  );
});
