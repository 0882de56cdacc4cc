import { expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { segmentsOf } from './window-segments.ts';

const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);
const cut = (from: string, to: string) =>
  segmentsOf({ startAt: at(from), endAt: at(to) }).map((segment) => [
    segment.from,
    new Date(segment.startAt).toISOString().slice(11, 19),
    new Date(segment.endAt).toISOString().slice(11, 19),
  ]);

test('whole hours are read from the hour counts alone', () => {
  expect(cut('10:00:00', '13:00:00')).toEqual([['hours', '10:00:00', '13:00:00']]);
});

test('a window that ends with a minute is read from hours and minutes', () => {
  expect(cut('09:58:00', '12:03:00')).toEqual([
    ['minutes', '09:58:00', '10:00:00'],
    ['hours', '10:00:00', '12:00:00'],
    ['minutes', '12:00:00', '12:03:00'],
  ]);
});

test('odd seconds at the edges are read from the images themselves', () => {
  expect(cut('09:58:30', '12:00:01')).toEqual([
    ['rows', '09:58:30', '09:59:00'],
    ['minutes', '09:59:00', '10:00:00'],
    ['hours', '10:00:00', '12:00:00'],
    ['rows', '12:00:00', '12:00:01'],
  ]);
});

test.each([
  ['10:00:10', '10:00:40', [['rows', '10:00:10', '10:00:40']]],
  [
    '10:00:30',
    '10:01:20',
    [
      ['rows', '10:00:30', '10:01:00'],
      ['rows', '10:01:00', '10:01:20'],
    ],
  ],
  ['10:00:00', '10:00:20', [['rows', '10:00:00', '10:00:20']]],
  ['10:00:00', '10:00:00', []],
])('the short window %s–%s is cut at the full minute', (from, to, segments) => {
  expect(cut(from, to)).toEqual(segments);
});

test('the segments of any window follow each other without gap or overlap', () => {
  let state = 11;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  for (let round = 0; round < 3000; round++) {
    const startAt = at('00:00:00') + random(3 * hourMs);
    const endAt = startAt + 1 + random([minuteMs, 3 * minuteMs, 5 * hourMs][round % 3]!);
    const segments = segmentsOf({ startAt, endAt });
    expect(segments.at(0)?.startAt).toBe(startAt);
    expect(segments.at(-1)?.endAt).toBe(endAt);
    for (const [i, segment] of segments.entries()) {
      if (i > 0) expect(segment.startAt).toBe(segments[i - 1]?.endAt);
      const step = { hours: hourMs, minutes: minuteMs, rows: 1 }[segment.from];
      expect([segment.startAt % step, segment.endAt % step]).toEqual([0, 0]);
    }
  }
});
