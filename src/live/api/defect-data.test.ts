import { expect, test } from 'vitest';
import { parseDefectData } from './defect-data.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test.each(['{"scratches":[1,2]}', 'null', '0', '"text"', '"\\\\u0000"', nested(64)])('%s is kept', (text) => {
  expect(parseDefectData(text)).toEqual({ value: JSON.parse(text) });
});

test.each([
  ['no JSON', '{"a":'],
  ['nested too deep to be written again', nested(65)],
  ['nested without end', nested(32_000)],
  ['a NUL, which PostgreSQL refuses', '{"a":["x\\u0000"]}'],
  ['a NUL in a name', '{"\\u0000":1}'],
  ['half of a character', '"\\ud800"'],
])('%s is refused', (_what, text) => {
  expect(parseDefectData(text)).toBeUndefined();
});
