import { expect, test } from 'vitest';
import { createPackedNames } from './packed-names.ts';

test('packed names come back as they were, whatever is in them', () => {
  const names = createPackedNames();
  const given = [
    'OK-20261121-000000-1.jpg',
    '한국어 이미지.png',
    '<img onerror=1>"\r\n.jpg',
    '',
    '🙂'.repeat(60),
    'x'.repeat(255),
  ];
  for (let round = 0; round < 200; round++) for (const name of given) names.add(`${round}${name}`);
  expect(names.length).toBe(200 * given.length);
  for (let i = 0; i < names.length; i++) {
    expect(names.get(i)).toBe(`${Math.floor(i / given.length)}${given[i % given.length]}`);
  }
});
