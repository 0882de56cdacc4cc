import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';
import { checkSequences } from '../gaps/check-gaps.ts';

/** A name that a spreadsheet would run as a formula, and one that breaks careless CSV. */
const formula = "=cmd|' -C calc'!A0";
const broken = 'A "b", c\nd';

const images = [
  'S9/OR-3CT/OK-20250906-100000-1.jpg',
  'S9/OR-3CT/NG-20250906-100100-2.jpg',
  'S9/OR-3CT/OK-20250906-100200-5.jpg',
  'S9/OR-3CT/OK-20250906-080000-9.jpg',
  `${formula}/+1/OK-20250906-100000-1.jpg`,
  `${broken}/@x/NG-20250906-100000-1.jpg`,
  { path: 'S4/형식/-보드.jpg', modifiedAt: Date.parse('2025-09-06T10:05:00+09:00') },
];

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ images });
  await checkSequences(plant.services.db);
});
afterAll(() => plant.close());

/** The lines of a table after its byte order mark, which is checked. */
async function read(query: string): Promise<string[]> {
  const answer = await plant.request(`/inspections/export.csv${query}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect([answer.status, bytes.subarray(0, 3).toString('hex')]).toEqual([200, 'efbbbf']);
  const text = bytes.subarray(3).toString();
  expect(text.endsWith('\r\n')).toBe(true);
  return text.slice(0, -2).split('\r\n');
}

const quotedFormula = `"'=cmd|' -C calc'!A0"`;
const quotedBroken = '"A ""b"", c\nd"';

test('stations, parts and hours are downloaded as the page shows them', async () => {
  expect((await read('')).sort()).toEqual(
    [
      'station,ok,ng,unmatched,yield,latest,undecided,units,units_ng,utc_offset',
      'S4,0,0,1,,2025-09-06 10:05:00,0,0,0,UTC+09:00',
      'S9,2,1,0,0.6667,2025-09-06 10:02:00,0,3,1,UTC+09:00',
      `${quotedFormula.slice(1, -1)},1,0,0,1,2025-09-06 10:00:00,0,1,0,UTC+09:00`,
      `${quotedBroken},0,1,0,0,2025-09-06 10:00:00,0,1,1,UTC+09:00`,
    ].sort(),
  );
  expect((await read('?table=parts')).sort()).toEqual(
    [
      'station,model,ok,ng,unmatched,yield,undecided,units,units_ng',
      'S4,형식,0,0,1,,0,0,0',
      'S9,OR-3CT,2,1,0,0.6667,0,3,1',
      `${quotedFormula.slice(1, -1)},'+1,1,0,0,1,0,1,0`,
      `${quotedBroken},'@x,0,1,0,0,0,1,1`,
    ].sort(),
  );
  expect(await read('?table=hours&station=S9&period=1d')).toEqual([
    'station,hour,ok,ng,unmatched,yield,undecided,units,units_ng,utc_offset',
    'S9,2025-09-06 08:00:00,1,0,0,1,0,1,0,UTC+09:00',
    'S9,2025-09-06 09:00:00,0,0,0,,0,0,0,UTC+09:00',
    'S9,2025-09-06 10:00:00,2,1,0,0.6667,0,3,1,UTC+09:00',
  ]);
});

test('the name of the file says table, station and window', async () => {
  const nameOf = async (query: string) => {
    const answer = await plant.request(`/inspections/export.csv${query}`);
    await answer.body?.cancel();
    return decodeURIComponent(answer.headers.get('content-disposition')?.split("''")[1] ?? '');
  };
  const window = 'period=custom&start=2025-09-06T10:00&end=2025-09-06T11:00';
  expect(await nameOf(`?table=hours&station=S9&${window}`)).toBe(
    'linesight-hours-S9-20250906-1000-20250906-1100.csv',
  );
  expect(await nameOf(`?table=parts&part=형식&${window}`)).toBe(
    'linesight-parts-형식-20250906-1000-20250906-1100.csv',
  );
  expect(await nameOf(`?${new URLSearchParams({ station: formula })}&${window}`)).toBe(
    'linesight-stations-_cmd_-C_calc_A0-20250906-1000-20250906-1100.csv',
  );
});

test('hours of more than a month are all downloaded, while the page shows the newest', async () => {
  const { db, inspections } = plant.services;
  const stationId = await inspections.reads.names.ensureStation('S5');
  const partId = inspections.reads.names.findPartId('OR-3CT')!;
  const firstAt = Date.parse('2025-07-01T00:00:00+09:00');
  const hour = 3_600_000;
  const rows = Array.from({ length: 40 * 24 }, (_, i) => ({
    stationId,
    partId,
    startAt: firstAt + i * hour,
    ok: i,
    ng: 0,
    unmatched: 0,
  }));
  for (let i = 0; i < rows.length; i += 200)
    await db.tx((q) => q.insert(db.tables.inspectionHours).values(rows.slice(i, i + 200)));
  const period = 'period=custom&start=2025-07-01T00:00&end=2025-09-01T00:00';
  const lines = (await read(`?table=hours&station=S5&${period}`)).slice(1);
  expect(lines.map((line) => Number(line.split(',')[2]))).toEqual(rows.map(({ ok }) => ok));
  const page = await plant.text(`/stations/S5?${period}`);
  expect(page).toContain('older hours');
  expect(page).toContain('end=2025-07-10T00%3A00');
});

test('COUNT gaps are downloaded', async () => {
  expect(await read('?table=gaps&station=S9&period=1h')).toEqual([
    'station,model,kind,from,to,count,after,before,utc_offset',
    'S9,OR-3CT,missing,3,4,2,2025-09-06 10:01:00,2025-09-06 10:02:00,UTC+09:00',
    'S9,OR-3CT,reset,9,1,0,2025-09-06 08:00:00,2025-09-06 10:00:00,UTC+09:00',
  ]);
});

test('the API gives COUNT gaps page by page', async () => {
  type Page = { gaps: { kind: string }[]; checkedCount: number; next: { before: string } | null };
  const kinds: string[] = [];
  let before = '';
  for (let pages = 0; pages < 3; pages++) {
    const page = (await plant.json(`/api/v1/gaps?station=S9&period=1h&limit=1${before}`)) as Page;
    kinds.push(...page.gaps.map(({ kind }) => kind));
    expect(page.checkedCount).toBe(3);
    before = page.next === null ? '' : `&before=${page.next.before}`;
    if (page.next === null) break;
  }
  expect([kinds, before]).toEqual([['missing', 'reset'], '']);
  expect(await plant.json('/api/v1/gaps?station=nowhere')).toEqual({ gaps: [], checkedCount: 0, next: null });
});

test('images are downloaded, newest first, with the filters of the page', async () => {
  const id = expect.stringMatching(/^\d+$/);
  const link = expect.stringMatching(/^http:\/\/[^/]+\/inspections\/\d+$/);
  const fields = (line: string) => line.split(',');
  const lines = await read('?table=images&station=S9');
  expect(lines.map(fields)).toEqual([
    fields('id,station,model,time,verdict,count,path,missing_since,utc_offset,link'),
    [id, ...fields('S9,OR-3CT,2025-09-06 10:02:00,OK,5,S9/OR-3CT/OK-20250906-100200-5.jpg,,UTC+09:00'), link],
    [id, ...fields('S9,OR-3CT,2025-09-06 10:01:00,NG,2,S9/OR-3CT/NG-20250906-100100-2.jpg,,UTC+09:00'), link],
    [id, ...fields('S9,OR-3CT,2025-09-06 10:00:00,OK,1,S9/OR-3CT/OK-20250906-100000-1.jpg,,UTC+09:00'), link],
  ]);
  expect(await read('?table=images&station=S9&verdict=NG')).toHaveLength(2);
  expect(await read('?table=images&verdict=unmatched')).toEqual([
    expect.any(String),
    expect.stringMatching(
      /^\d+,S4,형식,2025-09-06 10:05:00,,,S4\/형식\/-보드.jpg,,UTC\+09:00,http:\/\/[^/]+\/inspections\/\d+$/,
    ),
  ]);
});

test('no cell of any table starts like a formula', async () => {
  for (const table of ['stations', 'parts', 'hours', 'gaps', 'images']) {
    const cells = (await read(`?table=${table}&period=1w`)).flatMap((line) => line.split(','));
    expect(cells.filter((cell) => /^"?[=+@\t]/.test(cell))).toEqual([]);
  }
});

test('a table of an unknown station has only its header', async () => {
  for (const table of ['stations', 'parts', 'hours', 'gaps', 'images']) {
    expect(await read(`?table=${table}&station=S99`)).toHaveLength(1);
  }
});

test('an export of several reads has every image once', async () => {
  const many = await createTestApp({
    images: Array.from({ length: 1203 }, (_, i) => `S9/A/OK-20250906-101500-${i}.jpg`),
  });
  const answer = await many.text('/inspections/export.csv?table=images');
  const ids = answer
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0]);
  expect([ids.length, new Set(ids).size]).toEqual([1203, 1203]);
  await many.close();
});

describe('what is refused', () => {
  test.each([
    ['?table=users', 'There is no table'],
    ['?table=images&verdict=bad', 'verdict'],
    ['?period=2h', 'period'],
    ['?start=tomorrow', 'start'],
  ])('%s', async (query, reason) => {
    const answer = await plant.request(`/inspections/export.csv${query}`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(reason)]);
  });
});
