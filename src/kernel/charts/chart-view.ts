import type { TickNames } from './time-ticks.ts';

/**
 * A chart as a page shows it (template `shared/_chart`, script `js/chart.js`): the drawing, and the same numbers as a table,
 * which is also what the pointer, the keyboard and a screen reader are given.
 */
export type ChartView = {
  /** Part of the ids in the page. */
  key: string;
  /** Safe SVG, with times in the reader's language. */
  draw: (names: TickNames) => string;
  window: { startAt: number; endAt: number };
  columns: readonly ChartColumn[];
  rows: readonly ChartRow[];
  events: readonly ChartEvent[];
};

/** A column of the numbers: a text of the locales, or a name as it is; shares are printed in percent. */
export type ChartColumn = { text: { key: string } | { name: string }; kind: 'share' | 'count' };

/** One point in time of all series, with the two ends as they stand in an address. */
export type ChartRow = {
  startAt: number;
  endAt: number;
  start: string;
  end: string;
  values: readonly (number | null)[];
};

/** Something that happened, by a text of the locales. */
export type ChartEvent = { at: number; textKey: string };
