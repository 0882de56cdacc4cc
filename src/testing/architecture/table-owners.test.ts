import { expect, test } from 'vitest';
import { parseSource } from './source.ts';
import { findForeignWrites, readTableOwners } from './table-owners.ts';

const schema = [
  parseSource('src/schema/inspection-tables.ts', `const badImages = kit.table('bad_images', {});`),
  parseSource('src/schema/plant-tables.ts', `const stations = kit.table('stations', {});`),
  parseSource('src/plant/names.ts', ''),
];
const owners = readTableOwners(schema);

function writes(path: string, code: string): string[] {
  return findForeignWrites(parseSource(path, code), owners);
}

test.each([
  'q.insert(db.tables.badImages).values(x)',
  'q.update(badImages).set(x)',
  '(await open()).delete(tables.badImages)',
  'sqlite.prepare("INSERT INTO bad_images VALUES (1)")',
  'sqlite.prepare(`update bad_images set attempts = 0`)',
  `sqlite.exec('delete from "bad_images"')`,
])('outside its owner it is refused to write: %s', (code) => {
  expect(writes('src/overview/queries.ts', code)).toEqual([
    expect.stringContaining('belongs to src/inspections/'),
  ]);
  expect(writes('src/inspections/images/bad.ts', code)).toEqual([]);
});

test.each([
  'q.select().from(badImages)',
  'waiting.delete(id)',
  '"update stations when names change"',
  'hash.update(text)',
])('everywhere it is allowed: %s', (code) => {
  expect(writes('src/overview/queries.ts', code)).toEqual([]);
});

test('the owner is the folder of that name, in the singular or plural', () => {
  expect(owners.get('stations')?.owner).toBe('plant');
  expect(owners.get('bad_images')?.owner).toBe('inspections');
});
