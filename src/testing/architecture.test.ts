import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findBanned } from './architecture/banned.ts';
import { findImportFaults } from './architecture/layers.ts';
import { readSources } from './architecture/source.ts';
import { findForeignWrites, readTableOwners } from './architecture/table-owners.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const sources = readSources(project, ['src']);
const scripts = readSources(project, ['static/js']);

test('imports only go down: main → services, app → features → alerts → plant → schema → kernel → statistics', () => {
  expect(sources.flatMap(findImportFaults)).toEqual([]);
});

test('time, environment and console are reached at one place each, and nothing is left half done', () => {
  expect([...sources, ...scripts].flatMap(findBanned)).toEqual([]);
});

test('a table is written by its owner alone', () => {
  const owners = readTableOwners(sources);
  expect(sources.flatMap((source) => findForeignWrites(source, owners))).toEqual([]);
});
