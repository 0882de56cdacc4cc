import { expect, test } from 'vitest';
import { createNameSet } from './name-set.ts';

const nameOf = (i: number) => `OK-20261121-${String(i % 240000).padStart(6, '0')}-${i}.jpg`;

test('a name set answers as a Set does through a long random history', () => {
  const ours = createNameSet();
  const reference = new Set<string>();
  let state = 7;
  for (let step = 0; step < 60_000; step++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const name = nameOf(state % 5000);
    if (state % 3 === 0) expect(ours.delete(name)).toBe(reference.delete(name));
    else expect(ours.add(name)).toBe(!reference.has(name) && Boolean(reference.add(name)));
  }
  expect(ours.size).toBe(reference.size);
  for (let i = 0; i < 5000; i++) expect(ours.has(nameOf(i))).toBe(reference.has(nameOf(i)));
});

test('a million names differ from another million', () => {
  const set = createNameSet(1_000_000);
  for (let i = 0; i < 1_000_000; i++) set.add(nameOf(i));
  expect(set.size).toBe(1_000_000);
  let confused = 0;
  for (let i = 1_000_000; i < 2_000_000; i++) if (set.has(nameOf(i))) confused++;
  expect(confused).toBe(0);
});
