import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findBanned } from './architecture/banned.ts';
import { findCircles } from './architecture/circles.ts';
import { findSameNames } from './architecture/file-names.ts';
import { findImportFaults } from './architecture/layers.ts';
import { findFullRooms, findRoomFaults } from './architecture/rooms.ts';
import { readSources } from './architecture/source.ts';
import { findSpreadFaults } from './architecture/spreads.ts';
import { findForeignWrites, readTableOwners } from './architecture/table-owners.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const sources = readSources(project, ['src']);
const scripts = readSources(project, ['static/js']);

test('imports only go down: main → services, app → features → alerts → plant → schema → kernel → statistics', () => {
  expect(sources.flatMap(findImportFaults)).toEqual([]);
});

test('within a feature: pages, images → api → deps → reads → own ideas → queries, watching, retention → recording → names → model', () => {
  expect(sources.flatMap(findRoomFaults)).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(findCircles(sources)).toEqual([]);
});

test('a room has at most twenty sources, and a name means one file', () => {
  expect([...findFullRooms(sources), ...findSameNames(sources)]).toEqual([]);
});

test('time, environment and console are each accessed in one file, and nothing is left half done', () => {
  expect([...sources, ...scripts].flatMap(findBanned)).toEqual([]);
});

test('a table is written by its owner alone', () => {
  const owners = readTableOwners(sources);
  expect(sources.flatMap((source) => findForeignWrites(source, owners))).toEqual([]);
});

test('an object is written one property a line, not spread together from literals', () => {
  expect([...sources, ...scripts].flatMap(findSpreadFaults)).toEqual([]);
});
