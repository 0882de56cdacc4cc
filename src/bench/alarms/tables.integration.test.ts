import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { arrivalPlans } from './arrivals.ts';
import {
  arrivalHead,
  arrivalRow,
  detectionHead,
  falseAlarmHead,
  falseAlarmRow,
  falseAlarms,
  faultPlans,
  quietPlans,
  silences,
} from './tables.ts';

/*
 * The tables of the manual against a run: a few cells are run in full, as the rest follows from the same functions and
 * seeds. `npm run evaluate:alarms` measures all of them in about a quarter of an hour.
 */

const page = readFileSync(
  new URL('../../../views/manual/en/alarm-figures.md', import.meta.url),
  'utf8',
).split('\n');

/** Rows of the table under this head. */
function documentedRows([head = '', rule = '']: readonly string[]): string[] {
  const at = page.indexOf(head);
  expect(page[at + 1]).toBe(rule);
  const rows = page.slice(at + 2);
  return rows.slice(
    0,
    rows.findIndex((line) => !line.startsWith('|')),
  );
}

test('every cell of the evaluation is documented', () => {
  expect(documentedRows(falseAlarmHead)).toHaveLength(quietPlans.length);
  expect(documentedRows(detectionHead)).toHaveLength(faultPlans.length);
  expect(documentedRows(arrivalHead)).toHaveLength(arrivalPlans.length);
});

test('no station has more than 0.05 false alarms a day, also at the upper end of the interval', () => {
  for (const row of documentedRows(falseAlarmHead)) {
    const upper = Number(/–([\d.]+) \|/.exec(row)?.[1]);
    expect([row, upper <= 0.05]).toEqual([row, true]);
  }
});

test.each(
  quietPlans.filter(({ perDay, shares }) => perDay === 1_000 && (shares[0] === 0.001 || shares[0] === 0.4)),
)('false alarms at %j are the documented ones', (plan) => {
  expect(documentedRows(falseAlarmHead)).toContain(falseAlarmRow(falseAlarms(plan)));
});

test.each(arrivalPlans.filter(({ name }) => name === 'every 30 s' || name.endsWith('30 min')))(
  'silences of $name are the documented ones',
  (plan) => {
    expect(documentedRows(arrivalHead)).toContain(arrivalRow(silences(plan)));
  },
);
