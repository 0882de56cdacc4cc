import { expect, test } from 'vitest';
import { parseKeyset, writeKeyset } from './keyset.ts';

test.each([
  { capturedAt: 1_795_228_258_036, id: 10_000_001 },
  { capturedAt: 0, id: 1 },
  { capturedAt: -2_208_988_800_000, id: 5 },
])('a keyset survives its way through a URL', (keyset) => {
  expect(parseKeyset(writeKeyset(keyset), 'before')).toEqual(keyset);
});

test.each([null, ''])('no keyset (%s) is the start of the list', (text) => {
  expect(parseKeyset(text, 'before')).toBeUndefined();
});

test.each(['x', '1', '1.', '.1', '1.2.3', '1.-2', '1e9.5', ' 1.2', '1.2\n', `${'9'.repeat(20)}.1`])(
  '"%s" is refused by the name of its field',
  (text) => {
    expect(() => parseKeyset(text, 'before')).toThrow(
      expect.objectContaining({ code: 'invalid', details: { field: 'before' } }),
    );
  },
);
