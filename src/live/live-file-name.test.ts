import { describe, expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { hostileNames } from '../testing/faults/hostile-names.ts';
import { isLiveImageName, parseLiveName, sanitizeCoil, uploadName } from './live-file-name.ts';

const seoul = createWallClock('Asia/Seoul');
const at = Date.parse('2025-09-06T10:21:31+09:00');
const read = (name: string) => parseLiveName(name, seoul);

describe('the three forms of contract S5', () => {
  test.each([
    ['20250906102131_2891_1757121691123_original.jpg', '2891', 1_757_121_691_123, '20250906102131'],
    ['20250906102131_2891_labeled.jpg', '2891', at, '20250906102131'],
    ['2891_1757121691123_original.jpg', '2891', 1_757_121_691_123, null],
  ])('%s', (name, coil, capturedAt, dateText) => {
    expect(read(name)).toMatchObject({ coil, capturedAt, dateText });
  });

  test('the date at the start is mistaken neither for the coil nor for an epoch, whatever digits follow', () => {
    expect(read('20250906102131_20250906102132_original.jpg')).toMatchObject({
      coil: '20250906102132',
      capturedAt: at,
    });
    expect(read('20250906102131_1757121691123_original.jpg')).toMatchObject({
      coil: '1757121691123',
      capturedAt: at,
    });
    expect(read('20250906102131_1_original.png')).toMatchObject({ coil: '1', capturedAt: at });
  });

  test('fourteen digits that are not a date are a coil', () => {
    expect(read('20251399102131_1757121691123_original.jpg')).toMatchObject({
      coil: '20251399102131',
      capturedAt: 1_757_121_691_123,
      dateText: null,
    });
    expect(read('20250230102131_7_original.jpg')).toMatchObject({ coil: null, capturedAt: null });
  });

  test('a coil may have letters, spaces, dots, dashes and underscores, in any language', () => {
    for (const coil of ['A_12', 'C-7.1', '코일 9', '卷_2_3', 'x'.repeat(100), '0007', "Robert'); DROP"]) {
      expect(read(`20250906102131_${coil}_1757121691123_labeled.jpeg`)).toMatchObject({ coil });
      expect(read(`20250906102131_${coil}_labeled.bmp`)).toMatchObject({ coil, capturedAt: at });
      expect(read(`${coil}_1757121691123_labeled.PNG`)).toMatchObject({ coil });
    }
    expect(read(`20250906102131_${'x'.repeat(101)}_labeled.jpg`)).toMatchObject({ coil: null });
  });

  test('any whole second and any coil are parsed as they were written', () => {
    for (let i = 0; i < 2_000; i++) {
      const time = at + i * 7_919_000;
      const text = seoul.format(time, 'iso').slice(0, 19).replaceAll(/\D/g, '');
      const coil = `${(i * 7_919_777) % 99_999_999_999_999}`;
      const dated = read(`${text}_${coil}_original.jpg`);
      expect([dated.coil, dated.capturedAt, dated.dateText]).toEqual([coil, time, text]);
      const both = read(`${text}_${coil}_${time + 417}_labeled.jpg`);
      expect([both.coil, both.capturedAt]).toEqual([coil, time + 417]);
      const uploaded = read(uploadName(coil, time + 3, 'original', 'jpg', seoul));
      expect([uploaded.coil, uploaded.capturedAt]).toEqual([coil, time + 3]);
    }
  });
});

test('the number of an uploaded coil is kept even where it reads like a date', () => {
  for (const coil of ['20250906102131', '20250931102131', '1757121691123', '2891', 'original']) {
    const name = uploadName(coil, at + 417, 'labeled', 'jpg', seoul);
    expect(read(name), name).toMatchObject({ coil, capturedAt: at + 417 });
  }
});

test('of two times the finer one counts, unless they are more than a day apart', () => {
  expect(read(`20250906102131_1_${at + 9 * 3_600_000}_original.jpg`)).toMatchObject({
    capturedAt: at + 9 * 3_600_000,
    isLocal: false,
  });
  expect(read('20250906102131_1_1000000000000_original.jpg')).toMatchObject({
    capturedAt: at,
    isLocal: true,
  });
});

test('the type is optional, and names of other forms have neither coil nor time', () => {
  expect(read('20250906102131_2891.jpg')).toMatchObject({ coil: '2891', capturedAt: at });
  expect(read('20250906102131_ABC.jpg')).toMatchObject({ coil: 'ABC', capturedAt: at });
  expect(read('20250906102131.jpg')).toMatchObject({ coil: null, capturedAt: at });
  expect(read('1757121691123_original.jpg')).toMatchObject({ coil: null, capturedAt: 1_757_121_691_123 });
  for (const name of ['snapshot.jpg', '2891_original.jpg', '_.jpg', '.jpg', '20250906102131_2891.txt', '']) {
    expect(read(name), name).toMatchObject({ coil: null, capturedAt: null });
  }
});

test('hostile names do no harm', () => {
  for (const name of [
    ...hostileNames,
    `${'9'.repeat(250)}.jpg`,
    `${'_'.repeat(250)}.jpg`,
    '__proto___1757121691123_x.jpg',
  ]) {
    const facts = read(name);
    expect(facts.coil === null || facts.coil.length <= 100).toBe(true);
    expect(facts.capturedAt === null || Number.isSafeInteger(facts.capturedAt)).toBe(true);
  }
});

test('images are recognised by their extension alone', () => {
  for (const name of ['a.jpg', 'a.JPEG', 'a.png', 'a.Bmp']) expect(isLiveImageName(name)).toBe(true);
  for (const name of ['a.gif', 'a.jpg.tmp', '.jpg', 'jpg', 'a.jpg '])
    expect(isLiveImageName(name)).toBe(false);
});

test('a coil in a file name can neither leave the folder nor hide the file', () => {
  expect(sanitizeCoil('2891')).toBe('2891');
  expect(sanitizeCoil('../../etc/passwd')).toBe('etc-passwd');
  expect(sanitizeCoil('a_b c\u0000d')).toBe('a-b-c-d');
  expect(sanitizeCoil('코일9')).toBe('코일9');
  expect(sanitizeCoil('...')).toBe('coil');
  expect(sanitizeCoil('x'.repeat(300))).toHaveLength(60);
});
