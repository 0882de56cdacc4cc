import { expect, test } from 'vitest';
import type { StationRow } from '../plant/names.ts';
import type { Workstation } from '../plant/resources/workstations.ts';
import { proposeLinks } from './propose-links.ts';

const row = (id: number, name: string, more: Partial<StationRow> = {}): StationRow => ({
  id,
  siteId: 1,
  name,
  hiddenAt: null,
  mergedInto: null,
  clockAheadMs: null,
  isInspected: true,
  lineId: 0,
  type: '',
  aliases: [],
  ...more,
});
const workstation = (stationId: number, code: string, name: string, shownAs = stationId): Workstation => ({
  stationId,
  siteId: 1,
  code,
  name,
  type: '',
  lineId: 0,
  isInspected: shownAs !== stationId,
  shownAs,
});

const proposed = (workstations: Workstation[], rows: StationRow[]) =>
  proposeLinks(workstations, rows).map(({ workstation: { code }, station }) => [code, station.name]);

test('ids, names and first words that are those of a station are proposed, whatever their case and marks', () => {
  const rows = [row(1, 'S4'), row(2, 'Press 4', { aliases: ['S-9'] }), row(3, '검사 1')];
  expect(
    proposed(
      [
        workstation(11, 's_4', 'Anything'),
        workstation(12, 'X', 'S9 Packaging'),
        workstation(13, 'Y', '검사1'),
        workstation(14, 'Z', 'S40 Packaging'),
      ],
      rows,
    ),
  ).toEqual([
    ['s_4', 'S4'],
    ['X', 'Press 4'],
    ['Y', '검사 1'],
  ]);
});

test('what is linked, merged or hidden is not proposed again', () => {
  const rows = [row(1, 'S1'), row(2, 'S2', { hiddenAt: 5 }), row(3, 'S3', { mergedInto: 1 })];
  expect(proposed([workstation(11, 'S2', ''), workstation(12, 'S3', '')], rows)).toEqual([]);
  expect(proposed([workstation(13, 'W', 'x', 1), workstation(14, 'S1', '')], rows)).toEqual([]);
});
