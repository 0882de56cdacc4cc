/** A stretch of a text, by its character positions: `from` inclusive, `to` exclusive. */
export type Span = { from: number; to: number };

/** A date, a time of day, or both, found in a text; `shape` names how it is written, the same for all texts written so. */
export type FoundTime = { shape: string; date?: Span; time?: Span };

const year = String.raw`20\d{2}`;
const shortYear = String.raw`\d{2}`;
const month = '(?:0[1-9]|1[0-2])';
const day = String.raw`(?:0[1-9]|[12]\d|3[01])`;
const hour = String.raw`(?:[01]\d|2[0-3])`;
const minute = String.raw`[0-5]\d`;
const start = String.raw`(?<!\d)`;
const end = String.raw`(?!\d)`;
/** Between the parts of a date or a time; `/` where they are folders. */
const separator = '[-_. /]';

type Shape = { name: string; regex: RegExp; kind: 'date' | 'time' | 'both' };

function shape(name: string, kind: Shape['kind'], source: string): Shape {
  return { name, kind, regex: new RegExp(`${start}${source}${end}`, 'dg') };
}

/** From the most to the least telling: a shape is used only where none before it is found in nearly all names. */
const shapes: readonly Shape[] = [
  shape(
    'compact',
    'both',
    `(?<date>${year}${month}${day})(?<time>${hour}${minute}${minute}(?:\\d{1,9}|[.,]\\d{3}(?=\\D))?)`,
  ),
  shape('digits8', 'date', `(?<date>${year}${month}${day})`),
  shape('yearFirst', 'date', `(?<date>${year}(?<s>${separator})(?:${month}|[1-9])\\k<s>(?:${day}|[1-9]))`),
  shape('dayFirst', 'date', `(?<date>(?:${day}|[1-9])(?<s>[-_. ])(?:${month}|[1-9])\\k<s>${year})`),
  shape(
    'shortCompact',
    'both',
    `(?<date>${shortYear}${month}${day})(?<time>${hour}${minute}${minute}\\d{0,3})`,
  ),
  shape('digits6', 'date', `(?<date>${shortYear}${month}${day})`),
  shape('parts', 'time', `(?<time>${hour}(?<s>[-_.:h ])${minute}[-_.:m ]${minute}(?:[.,]\\d{3}(?=\\D))?)`),
  shape('digits', 'time', `(?<time>${hour}${minute}${minute}(?:\\d{3}|[.,]\\d{3}(?=\\D))?)`),
  shape('hourMinute', 'time', `(?<time>${hour}${minute})`),
];

/** All dates and times that a text may contain; several may share characters. `shape` also counts the occurrences. */
export function findTimes(text: string): FoundTime[] {
  return shapes.flatMap(({ name, regex }) =>
    [...text.matchAll(regex)].map((match, i) => ({
      shape: `${name} ${i}`,
      date: spanOf(match.indices?.groups?.date),
      time: spanOf(match.indices?.groups?.time),
    })),
  );
}

function spanOf(indices: [number, number] | undefined): Span | undefined {
  return indices && { from: indices[0], to: indices[1] };
}

/** Whether two stretches share a character. */
export function overlap(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to;
}
