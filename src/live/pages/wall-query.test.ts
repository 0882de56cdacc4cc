import { describe, expect, test } from 'vitest';
import type { LiveCamera, LiveRole } from '../model.ts';
import { readWallQuery, wallHref, wallPage, wallTiles } from './wall-query.ts';

const camera = (key: string, channels: Partial<Record<LiveRole, string>>): LiveCamera => ({
  key,
  name: key,
  origin: 'folder',
  channels,
  newest: {},
  staleAfterMs: 30_000,
  usualIntervalMs: null,
  silentSinceAt: null,
  offlineReason: null,
});
const cameras = [
  camera('main', { original: 'original', labeled: 'labeled' }),
  camera('exit', { original: 'exit' }),
  camera('station/S,9', { original: 'station/S,9' }),
];
const read = (text: string) =>
  readWallQuery(new URLSearchParams(text), (key) => cameras.some((one) => one.key === key));
const channels = (text: string) => wallTiles(cameras, read(text)).map(({ channel }) => channel);

describe('the choices of a wall', () => {
  test.each([
    ['', {}],
    ['tiles=4&show=labeled&page=3&kiosk=1&rotate=60', {}],
    ['cameras=exit&cameras=main', { cameras: ['exit', 'main'] }],
    ['cameras=exit,main', { cameras: ['exit', 'main'] }],
    ['cameras=station/S,9,exit', { cameras: ['exit'] }],
    ['cameras=station/S,9&cameras=exit', { cameras: ['station/S,9', 'exit'] }],
  ])('"%s" survives the round trip through its address', (text, expected) => {
    const query = read(text);
    expect(query).toMatchObject(expected);
    expect(read(wallHref(query).split('?')[1] ?? '')).toEqual(query);
  });

  test('invalid choices are ignored: a wall keeps showing pictures', () => {
    expect(read('tiles=5&show=x&page=-1&rotate=abc&cameras=gone')).toEqual(read(''));
    expect(read('page=0&rotate=999999')).toMatchObject({ page: 1, rotateSec: 3600 });
  });

  test('a camera shows both of its pictures, the chosen one, or the only one it has', () => {
    expect(channels('')).toEqual(['original', 'labeled', 'exit', 'station/S,9']);
    expect(channels('show=labeled')).toEqual(['labeled', 'exit', 'station/S,9']);
    expect(channels('show=original&cameras=main')).toEqual(['original']);
  });
});

test('a page has as many tiles as chosen, and a page beyond the last is the last one', () => {
  const tiles = Array.from({ length: 20 }, (_, i) => i);
  expect(wallPage(tiles, read(''))).toMatchObject({ page: 1, pages: 2, perPage: 16 });
  expect(wallPage(tiles, read('tiles=9&page=2')).shown).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17]);
  expect(wallPage(tiles, read('tiles=9&page=99'))).toMatchObject({ page: 3, shown: [18, 19] });
  expect(wallPage([], read(''))).toEqual({ shown: [], page: 1, pages: 1, perPage: 16 });
});
