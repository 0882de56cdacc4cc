import { expect, test } from 'vitest';
import { findCircles } from './circles.ts';
import { findSameNames } from './file-names.ts';
import { findFullRooms, findRoomFaults } from './rooms.ts';
import { parseSource } from './source.ts';

test.each([
  ['src/inspections/mount.ts', `import './pages/cards-routes.ts'`],
  ['src/inspections/open-inspections.ts', `import './reads.ts'`],
  ['src/inspections/pages/cards-routes.ts', `import '../api/api-docs.ts'; import '../deps.ts'`],
  ['src/inspections/images/routes.ts', `import '../watching/root-locations.ts'`],
  ['src/inspections/gaps/check-gaps.ts', `import '../stations/usual-yield.ts'; import './find-gaps.ts'`],
  ['src/inspections/recording/folders.ts', `import type { X } from '../names/default-name.ts'`],
  ['src/live/newest/intake.ts', `import '../images/live-images.ts'; import '../history/live-queries.ts'`],
  ['src/inspections/names/a.test.ts', `import '../pages/cards-routes.ts'`],
])('%s may contain: %s', (path, code) => {
  expect(findRoomFaults(parseSource(path, code))).toEqual([]);
});

test.each([
  [
    'src/inspections/deps.ts',
    `import type { X } from './pages/cards-views.ts'`,
    'deps is below pages, viewer, images',
  ],
  ['src/inspections/model.ts', `import './names/default-name.ts'`, 'model is below names'],
  ['src/inspections/names/a.ts', `import '../recording/folders.ts'`, 'names is below recording'],
  [
    'src/inspections/watching/a.ts',
    `import '../gaps/check-gaps.ts'`,
    'watching, receiving, retention is below',
  ],
  ['src/inspections/gaps/a.ts', `import '../reads.ts'`, 'own ideas is below reads'],
  ['src/live/newest/a.ts', `let x: import('../live.ts').X`, 'own ideas is below reads'],
  ['src/inspections/helpers.ts', '', 'stands in no room'],
])('%s may not contain: %s', (path, code, reason) => {
  expect(findRoomFaults(parseSource(path, code))).toEqual([expect.stringContaining(reason)]);
});

test('two files that import each other, and three in a round, are circles', () => {
  const file = (name: string, ...targets: string[]) =>
    parseSource(
      `src/plant/${name}.ts`,
      targets.map((target) => `import type { X } from './${target}.ts';`).join('\n'),
    );
  expect(findCircles([file('a', 'b', 'c'), file('b', 'c'), file('c')])).toEqual([]);
  expect(findCircles([file('a', 'b'), file('b', 'a')])).toEqual([
    expect.stringMatching(/^src\/plant\/a\.ts → src\/plant\/b\.ts → src\/plant\/a\.ts\./),
  ]);
  expect(findCircles([file('a', 'b'), file('b', 'c'), file('c', 'a')])).toHaveLength(1);
});

test('a room of 21 sources is too full; tests do not count', () => {
  const files = (count: number, ending: string) =>
    Array.from({ length: count }, (_, i) => parseSource(`src/plant/f${i}${ending}`, ''));
  expect(findFullRooms([...files(20, '.ts'), ...files(20, '.test.ts')])).toEqual([]);
  expect(findFullRooms(files(21, '.ts'))).toEqual([expect.stringContaining('src/plant has 21 sources')]);
});

test('two files of one name are refused, except the names that mean the same in every feature', () => {
  const files = (...paths: string[]) => paths.map((path) => parseSource(path, ''));
  expect(findSameNames(files('src/plant/names.ts', 'src/overview/views.ts', 'src/system/views.ts'))).toEqual(
    [],
  );
  expect(findSameNames(files('src/plant/names.ts', 'src/system/names.ts'))).toEqual([
    expect.stringContaining('both called names.ts'),
  ]);
});
