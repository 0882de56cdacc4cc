import { describe, expect, test } from 'vitest';
import { writeKeyset } from '../../kernel/db/keyset.ts';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { readCameraQuery } from './camera-query.ts';

const wallClock = createWallClock('Asia/Seoul');
const read = (text: string) => readCameraQuery(new URLSearchParams(text), wallClock, ['original', 'labeled']);

describe('the choices of a camera’s page', () => {
  test('without choices both pictures of now are shown', () => {
    expect(read('')).toEqual({ view: 'both', coil: null, at: null });
    expect(readCameraQuery(new URLSearchParams('view=slider'), wallClock, ['labeled']).view).toBe('labeled');
  });

  test('a keyset survives the round trip through the address', () => {
    const keyset = { capturedAt: 1_767_659_400_000, id: 7 };
    expect(read(`at=${writeKeyset(keyset)}&coil=+2891+&view=slider`)).toEqual({
      view: 'slider',
      coil: '2891',
      at: keyset,
    });
  });

  test('a time is site time and includes its whole minute or second', () => {
    const start = Date.parse('2026-01-06T09:30:00+09:00');
    expect(read('time=2026-01-06T09:30').at?.capturedAt).toBe(start + 59_999);
    expect(read('time=2026-01-06T09:30:00').at?.capturedAt).toBe(start + 999);
    expect(read(`t=${start}`).at?.capturedAt).toBe(start);
  });

  test.each([
    ['at', '5'],
    ['at', '1.2.3'],
    ['t', 'x'],
    ['time', 'yesterday'],
    ['time', '2026-02-30T10:00'],
  ])('%s=%s is refused with the name of the field', (field, value) => {
    expect(() => read(`${field}=${value}`)).toThrow(
      expect.objectContaining({ code: 'invalid', details: { field } }),
    );
  });
});
