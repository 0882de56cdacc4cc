import { expect, test } from 'vitest';
import type { WallTileKind } from '../plant/walls/wall-tile.ts';
import type { Wall } from './model.ts';
import { findFault, readWallForm } from './read-wall-form.ts';

const kind: WallTileKind = {
  key: 'station',
  path: '/tile',
  styles: [],
  isStreamed: true,
  list: () => [],
  find: (query) =>
    query.get('id') === '9'
      ? { href: '/tile?id=9', name: 'S9', detailKey: null, site: null, stationPage: null, isLive: false }
      : undefined,
};
const read = (form: Record<string, string>) => readWallForm({ name: 'Line 2', ...form }, [kind]);
const wall: Wall = { id: 1, ...read({}).plan, formerNames: [], changedAt: 0, changedBy: 'x' };

test('a form hangs what was ticked behind what hung before, in the order that was typed', () => {
  const { plan } = read({
    'href.1': '/tile?id=1',
    'size.1': 'wide',
    'order.1': '3',
    'href.2': '/tile?id=2',
    'size.2': 'enormous',
    'order.2': '1,5',
    'href.3': '/tile?id=3',
    'remove.3': '1',
    'add:/tile?id=4': '1',
    'add:/tile?id=5': '',
    period: 'today',
    dwell: '30',
  });
  expect(plan).toEqual({
    name: 'Line 2',
    period: 'today',
    dwellSec: 30,
    tiles: [
      { href: '/tile?id=2', size: 'small' },
      { href: '/tile?id=1', size: 'wide' },
      { href: '/tile?id=4', size: 'small' },
    ],
  });
});

test('a tile hangs once, under its own address, and what is no tile does not hang', () => {
  const { plan } = read({
    'add:/tile?id=9&x=1': '1',
    'add:/tile?id=9': '1',
    'add:/settings': '1',
    'add:https://elsewhere.example/tile?id=9': '1',
    'href.1': '/users',
  });
  expect(plan.tiles).toEqual([{ href: '/tile?id=9', size: 'small' }]);
});

test('values that no form has are the usual ones', () => {
  expect(read({ period: 'custom', dwell: '1' }).plan).toMatchObject({ period: '1h', dwellSec: 15 });
});

test.each([
  ['name', { name: ' ' }, [wall]],
  ['name', { name: '..' }, [wall]],
  [
    'nameTaken',
    { 'add:/tile?id=9': '1' },
    [
      { ...wall, name: 'Other' },
      { ...wall, id: 2 },
    ],
  ],
  ['gone', { 'add:/tile?id=9': '1' }, []],
  [null, { 'add:/tile?id=9': '1' }, [wall]],
  ['tiles', {}, [wall]],
  [
    'tooMany',
    Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`add:/tile?id=${100 + i}`, '1'])),
    [wall],
  ],
] as const)('the fault is %s', (fault, form, walls) => {
  expect(findFault(read(form as Record<string, string>), walls as unknown as Wall[], 1)).toBe(fault);
});
