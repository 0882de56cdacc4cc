import { expect, test } from 'vitest';
import { parseSource } from './source.ts';
import { findSpreadFaults } from './spreads.ts';

const faultsOf = (code: string) => findSpreadFaults(parseSource('src/plant/a.ts', code));

test.each([
  'const a = { ...{ b, c }, d };',
  'const a = { ...({ b, c }), d };',
  'const a = { ...(b === undefined ? {} : { b }) };',
  'const a = { ...(b !== undefined ? { b } : {}) };',
  'const a = { ...(b !== undefined && { b }) };',
  'const a = { ...(b.c !== undefined && { c: b.c }) };',
])('%s is refused', (code) => {
  expect(faultsOf(`\n${code}`)).toEqual([expect.stringMatching(/^src\/plant\/a\.ts:2 /)]);
});

test.each([
  'const a = { ...b, c };',
  'const a = { ...(isOpen ? { b, c } : {}) };',
  'const a = { ...(b !== undefined && { since: format(b) }) };',
  'const a = { ...(b !== null && { b }) };',
  'const a = [...b];',
])('%s is allowed', (code) => {
  expect(faultsOf(code)).toEqual([]);
});
