import { stringify } from 'csv-stringify/sync';
import { expect, test } from 'vitest';
import { exportPlant } from '../plant/plant-file/export-plant.ts';
import { type PlantPlan, planPlant } from '../plant/plant-file/plan-plant.ts';
import type { PlantFile } from '../plant/plant-file/plant-file-schema.ts';
import type { PlantSnapshot } from '../plant/plant-file/plant-snapshot.ts';
import { csvRowsOf, readCsv } from './csv-tables.ts';

const station = { hiddenAt: null, mergedInto: null, lineId: 0, type: '', isInspected: true };
const snapshot: PlantSnapshot = {
  site: { id: 1, name: 'main', title: '', timeZone: 'UTC' },
  lines: [{ id: 1, name: 'Line 1' }],
  stations: [
    { ...station, id: 1, name: '=S4', lineId: 1, type: 'press, hot' },
    { ...station, id: 2, name: 'Welding', isInspected: false },
  ],
  aliases: [{ source: 'events', externalName: 'W-2', stationId: 2 }],
  parts: [{ id: 1, name: 'OR-3CT' }],
  cycles: [
    { stationId: 0, partId: 1, cycleMs: 12_500 },
    { stationId: 2, partId: 1, cycleMs: 9_000 },
    { stationId: 1, partId: 0, cycleMs: 7_000 },
  ],
  targets: [],
  workers: [{ id: 1, code: 'W1', name: 'Kim "the" 김' }],
  plans: [],
};
const planOf = async (file: PlantFile): Promise<PlantPlan> =>
  planPlant(file, snapshot, { isReplacing: false, now: 1_000 });
const read = async (text: string) => {
  const found = await readCsv(text, planOf);
  if ('fault' in found) return found.fault;
  return {
    changes: found.plan.changes.map(({ action, name, field, after }) => [action, name, field, after]),
    refused: found.refused.map(({ line, reason }) => `${line}: ${reason}`),
  };
};

test.each(['workers', 'stations', 'parts'] as const)(
  'an exported table of %s changes nothing',
  async (section) => {
    const { columns, rows } = csvRowsOf(section, exportPlant(snapshot, 'names'));
    const text = `\ufeff${stringify([columns, ...rows], { escape_formulas: true, record_delimiter: 'windows' })}`;
    expect(await read(text)).toEqual({ changes: [], refused: [] });
  },
);

test('each bad row is left out with its line and reason, and the others stay', async () => {
  const text = [
    'code;name',
    'W1;Kim',
    ';nobody',
    `${'x'.repeat(101)};long`,
    'W2;"two',
    'lines"',
    'W3;a;b',
    'W1;again',
    '',
    'W4;"Dana; Lee"',
  ].join('\n');
  expect(await read(text)).toEqual({
    changes: [
      ['change', 'W1', 'name', 'Kim'],
      ['add', 'W4', 'name', 'Dana; Lee'],
    ],
    refused: [
      '3: code is empty',
      expect.stringMatching(/^4: code /),
      '6: name has characters that no name can have',
      '7: has 3 cells for 2 columns',
      '8: code is the same as in workers[0]',
    ],
  });
});

test('unknown lines, stations and times are refused with their row; decimal commas are read', async () => {
  expect(await read('name,line,ideal_cycle_s\nS9,Line 1,"12,5"\nS8,Line 7,1\nS7,Line 1,fast\n')).toEqual({
    changes: [
      ['add', 'S9', null, null],
      ['change', 'S9', 'line', 'Line 1'],
      ['change', 'S9', 'cycle', '12.5 s'],
    ],
    refused: [
      '3: line "Line 7" is no line of this plant. Name it among the lines',
      expect.stringMatching(/^4: ideal_cycle_s /),
    ],
  });
  expect(await read('Model,Station,Ideal_Cycle_s\nA,,3\nA,Nowhere,4\nB,=S4,5\nB,=S4,6\n')).toEqual({
    changes: [
      ['add', 'A', null, null],
      ['add', 'B', null, null],
      ['change', 'A', 'cycle', '3 s'],
      ['change', 'B · =S4', 'cycle', '5 s'],
    ],
    refused: ['3: "Nowhere" is no station of this plant', '5: says "=S4" a second time'],
  });
});

test.each([
  ['no table', 'hello', /The first line names the columns/],
  ['an unknown column', 'code,salary\nW1,1', /no column "salary"/],
  ['a column twice', 'code,code\nW1,1', /same name/],
  ['an open quote', 'code,name\nW1,"open', /Quote Not Closed/],
  ['a row without end', `code,name\nW1,${'x'.repeat(20_000)}`, /Max Record Size/],
  ['nothing', '', /The first line names the columns/],
])('%s is refused as a whole', async (_what, text, reason) => {
  expect(await read(text)).toMatch(reason);
});
