import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { civilDateOf, dayNumberOf, isCivilDate, isTimeOfDay } from './civil-date.ts';

const epochDay = Temporal.PlainDate.from('1970-01-01');

test('every day from the year 1 to 9999 is numbered as the calendar numbers it', () => {
  for (let dayNumber = -719_162; dayNumber <= 2_932_896; dayNumber += 97) {
    const { year, month, day } = civilDateOf(dayNumber);
    const date = epochDay.add({ days: dayNumber });
    expect([year, month, day]).toEqual([date.year, date.month, date.day]);
    expect(dayNumberOf(year, month, day)).toBe(dayNumber);
  }
});

test('nonexistent dates are distinguished from existing ones', () => {
  for (const [year, month, day] of [
    [2025, 2, 31],
    [2025, 2, 29],
    [1900, 2, 29],
    [2025, 13, 1],
    [2025, 0, 1],
    [2025, 4, 31],
    [0, 1, 1],
  ] as const) {
    expect(isCivilDate(year, month, day), `${year}-${month}-${day}`).toBe(false);
  }
  for (const [year, month, day] of [
    [2024, 2, 29],
    [2000, 2, 29],
    [2025, 12, 31],
    [1, 1, 1],
    [9999, 12, 31],
  ] as const) {
    expect(isCivilDate(year, month, day), `${year}-${month}-${day}`).toBe(true);
  }
});

test('a time of day ends at 23:59:59', () => {
  expect(isTimeOfDay(23, 59, 59)).toBe(true);
  expect(isTimeOfDay(24, 0, 0)).toBe(false);
  expect(isTimeOfDay(0, 60, 0)).toBe(false);
  expect(isTimeOfDay(0, 0, 60)).toBe(false);
});
