import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../schema/db.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { openMainSite } from '../../testing/main-site.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { createPlantNames, type PlantNames } from '../names.ts';
import { createRecordStations } from '../record-stations.ts';
import { createIdealCycles, type IdealCycles } from '../resources/ideal-cycles.ts';
import { createLines, type Lines } from '../resources/lines.ts';
import { createWorkers, type Workers } from '../resources/workers.ts';
import { createWorkstations, type Workstations } from '../resources/workstations.ts';
import { createShiftPlans, type ShiftPlans } from '../shifts/shift-plans.ts';
import type { Sites } from '../sites.ts';
import { createTargets, type Targets } from '../targets.ts';
import { createPlantFiles, type PlantFiles } from './plant-file.ts';
import { type PlantFile, parsePlantFile } from './plant-file-schema.ts';

const clock = createTestClock(Date.parse('2025-09-06T10:30:15+09:00'));
const by = 'test';
const week = {
  cycleDays: 7,
  cycleFrom: '2025-09-01',
  shifts: [{ name: 'Early', start: '06:00', end: '14:00', breaks: [], days: [1, 2, 3, 4, 5] }],
  exceptions: [],
  downtimes: [],
};

type Plant = {
  db: Db;
  sites: Sites;
  siteId: number;
  files: PlantFiles;
  names: PlantNames;
  lines: Lines;
  workers: Workers;
  workstations: Workstations;
  cycles: IdealCycles;
  targets: Targets;
  shifts: ShiftPlans;
  refresh(): Promise<void>;
};

async function openPlant(): Promise<Plant> {
  const db = await openTestDb(testDialect);
  const sites = await openMainSite(db, clock);
  const siteId = sites.own.id;
  const names = await createPlantNames(db, clock, sites);
  const parts = {
    names,
    lines: await createLines(db, clock, () => {}),
    workers: await createWorkers(db, clock, () => {}),
    workstations: await createWorkstations(db, clock, () => {}),
    cycles: await createIdealCycles(db, clock, () => {}),
    targets: await createTargets(db, clock, names),
    shifts: await createShiftPlans(db, clock, sites),
  };
  return {
    db,
    sites,
    siteId,
    files: createPlantFiles(db, clock, sites.own),
    ...parts,
    refresh: async () => {
      for (const part of Object.values(parts)) await part.refresh();
    },
  };
}

/** A plant that has some of everything, a renamed, a merged, a hidden and a linked station among it. */
async function fill(plant: Plant): Promise<void> {
  const { db, names, siteId, lines, workers, workstations, cycles, targets, shifts } = plant;
  const record = createRecordStations({ db, clock, siteId, names, onChanged: () => {} });
  await lines.add(siteId, 'Line 1');
  await lines.add(siteId, 'Line 10');
  const [s4, s9, old] = [
    await names.ensureStation('S4'),
    await names.ensureStation('S9'),
    await names.ensureStation('Old'),
  ];
  const twin = await names.ensureStation('S9b');
  await record.rename(s4, '프레스 4');
  await record.merge(twin, s9);
  await record.setHidden(old, true);
  const model = await names.ensurePart('OR-3CT');
  await names.ensurePart('');
  await workstations.put(siteId, { code: 'W-4', name: 'S4 Packaging', type: 'packaging' });
  await workstations.put(siteId, { code: 'W-5', name: 'S5 Welding' });
  await workers.put(siteId, { code: 'W1', name: 'Alice Johnson' });
  await workers.put(siteId, { code: 'W2' });
  const w5 = workstations.find(siteId, 'W-5')!.stationId;
  await cycles.set({ siteId, stationId: s4, partId: model }, { cycleMs: 33_300, by });
  await cycles.set({ siteId, stationId: 0, partId: model }, { cycleMs: 12_345.678, by });
  await cycles.set({ siteId, stationId: w5, partId: 0 }, { cycleMs: 7_100, by });
  await cycles.set({ siteId, stationId: w5, partId: model }, { cycleMs: 8_000, by });
  await cycles.set({ siteId, stationId: 0, partId: 0 }, { cycleMs: 30_000, by });
  await targets.set({ siteId, stationId: s4, partId: 0 }, { yield: 0.9815, by });
  await targets.set({ siteId, stationId: 0, partId: 0 }, { yield: 0.98, by });
  await shifts.set(siteId, { fromDate: '2025-09-01', plan: week }, by);
  const link: PlantFile = {
    version: 1,
    stations: [
      { name: '프레스 4', images: true, line: 'Line 1', type: 'press', aliases: { events: ['W-4'] } },
    ],
    shiftPlans: [{ line: 'Line 10', fromDate: '2025-09-08', plan: { ...week, cycleDays: 14 } }],
  };
  expect((await plant.files.apply(link, { isReplacing: false, by })).faults).toEqual([]);
  await plant.refresh();
}

/** As it is written to disk and read again. */
function written(file: PlantFile): PlantFile {
  const read = parsePlantFile(JSON.stringify(file));
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.file;
}

describe(`the plant file in ${testDialect}`, () => {
  let plant: Plant;
  beforeEach(async () => {
    plant = await openPlant();
  });
  afterEach(() => plant.db.close());
  const apply = async (file: Partial<PlantFile>, isReplacing = false) => {
    clock.advance(1_000);
    const plan = await plant.files.apply(written({ version: 1, ...file }), { isReplacing, by });
    await plant.refresh();
    return plan;
  };

  test('an export imported again changes nothing, replacing or not', async () => {
    await fill(plant);
    const file = written(await plant.files.export('names'));
    for (const isReplacing of [false, true]) {
      const plan = await plant.files.preview(file, { isReplacing });
      expect({ faults: plan.faults, changes: plan.changes, steps: plan.steps.length }).toEqual({
        faults: [],
        changes: [],
        steps: 0,
      });
    }
    expect(file.stations?.map(({ name, images, aliases }) => [name, images, aliases?.events])).toEqual([
      ['Old', true, []],
      ['S5 Welding', false, ['W-5']],
      ['S9', true, []],
      ['S9b', true, []],
      ['프레스 4', true, ['W-4']],
    ]);
  });

  test('an export builds the same plant in an empty database', async () => {
    await fill(plant);
    const file = written(await plant.files.export('names'));
    const other = await openPlant();
    const made = await other.files.apply(file, { isReplacing: false, by });
    expect(made.faults).toEqual([]);
    await other.refresh();
    expect(written(await other.files.export('names'))).toEqual(file);
    // A folder of the former name belongs to the renamed station, there as here.
    const s4 = other.names.findStationId('프레스 4')!;
    expect(await other.names.ensureStation('S4')).toBe(s4);
    expect(other.workstations.find(other.siteId, 'W-4')).toMatchObject({
      shownAs: s4,
      name: '프레스 4',
      type: 'press',
    });
    expect(
      other.cycles.cycleOf({
        siteId: other.siteId,
        stationId: s4,
        partId: other.names.findPartId('OR-3CT')!,
        at: clock.now(),
      }),
    ).toBe(33_300);
    await other.db.close();
  });

  test('what a file leaves out stays, and what it names is added or changed', async () => {
    await fill(plant);
    const { changes } = await apply({
      lines: [{ name: 'Line 2' }],
      stations: [
        { name: 'S9', images: true, line: 'Line 2' },
        { name: 'New', images: true, aliases: { events: ['W-77'] } },
      ],
      workers: [{ code: 'W2', name: 'Bob' }, { code: 'W3' }],
      parts: [{ name: 'OR-3CT', atStations: [{ station: 'S9', idealCycleSec: 20 }] }, { name: 'B7' }],
    });
    expect(changes.map(({ section, action, name, field }) => [section, action, name, field])).toEqual([
      ['lines', 'add', 'Line 2', null],
      ['stations', 'add', 'New', null],
      ['stations', 'change', 'S9', 'line'],
      ['stations', 'add', 'W-77', null],
      ['stations', 'change', 'W-77', 'eventId'],
      ['stations', 'change', 'W-77', 'mergedInto'],
      ['parts', 'add', 'B7', null],
      ['parts', 'change', 'OR-3CT · S9', 'cycle'],
      ['workers', 'change', 'W2', 'name'],
      ['workers', 'add', 'W3', 'name'],
    ]);
    const { siteId, workers, lines, shifts, names } = plant;
    expect(workers.list(siteId).map(({ code, name }) => [code, name])).toEqual([
      ['W1', 'Alice Johnson'],
      ['W2', 'Bob'],
      ['W3', ''],
    ]);
    expect(lines.list(siteId).map(({ name }) => name)).toEqual(['Line 1', 'Line 2', 'Line 10']);
    expect(shifts.list(siteId)).toHaveLength(1);
    expect(plant.workstations.find(siteId, 'W-77')?.shownAs).toBe(names.findStationId('New'));
  });

  test('replacing removes what a section does not name; stations leave the pages, and facts keep their rows', async () => {
    await fill(plant);
    const { siteId, names, workers, workstations } = plant;
    const s9 = names.findStationId('S9')!;
    await apply(
      {
        lines: [{ name: 'Line 1' }],
        workers: [{ code: 'W1' }],
        stations: [{ name: '프레스 4', images: true }],
        targets: [],
        parts: [],
      },
      true,
    );
    expect(plant.lines.list(siteId).map(({ name }) => name)).toEqual(['Line 1']);
    expect(plant.shifts.list(siteId, plant.lines.find(siteId, 'Line 10')?.id ?? 2)).toEqual([]);
    expect(workers.list(siteId)).toMatchObject([{ code: 'W1', name: 'Alice Johnson' }]);
    expect(names.listStations().map(({ name }) => name)).toEqual(['프레스 4']);
    expect(names.getStationRow(s9).hiddenAt).not.toBeNull();
    expect(workstations.find(siteId, 'W-4')).toMatchObject({ name: 'S4 Packaging', isInspected: false });
    expect(plant.targets.listInForce(clock.now())).toEqual([]);
    const cycles = plant.cycles.listInForce(clock.now(), siteId).map(({ cycleMs }) => cycleMs ?? 0);
    expect(cycles.sort((a, b) => a - b)).toEqual([7_100, 30_000]);
    // Sections that the file does not have are as they were.
    expect(plant.shifts.list(siteId)).toHaveLength(1);
    const kept = await plant.db.read.select().from(plant.db.tables.workers);
    expect(kept.map(({ name, removedAt }) => [name, removedAt !== null])).toEqual([
      ['Alice Johnson', false],
      ['', true],
    ]);
    expect(kept[1]?.code).not.toContain('W2');
    // The code may be somebody else's now.
    const again = await workers.put(siteId, { code: 'W2', name: 'Dana' });
    expect(again.id).not.toBe(kept[1]?.id);
  });

  test('names that other stations have, unknown names and circles are refused with their place, and nothing is changed', async () => {
    await fill(plant);
    const before = await plant.files.export('names');
    const faultsOf = async (file: Partial<PlantFile>) =>
      (await apply(file)).faults.map(({ path, reason }) => `${path} ${reason}`);
    expect(
      await faultsOf({ workers: [{ code: 'W9' }], stations: [{ name: 'S9', images: true, line: 'None' }] }),
    ).toEqual(['stations[0].line "None" is no line of this plant. Name it among the lines']);
    expect(
      await faultsOf({
        stations: [
          { name: 'S9', images: true, aliases: { inspections: ['S4'] } },
          { name: 'S9b', images: true, mergedInto: 'S9b' },
          { name: 'a/b', images: true },
        ],
      }),
    ).toEqual([
      'stations[2].name cannot be the name of a station',
      'stations[0].aliases.inspections[0] means the station "프레스 4". Say "mergedInto" there to show both as one',
      'stations[1].mergedInto is the station itself',
    ]);
    const circle = await faultsOf({
      stations: [
        { name: 'S9', images: true, mergedInto: '프레스 4' },
        { name: '프레스 4', images: true, mergedInto: 'S9' },
      ],
    });
    expect(new Set(circle.map((fault) => fault.replace(/^stations\[\d\]/, '')))).toEqual(
      new Set([
        '.mergedInto "프레스 4" is itself merged into another station',
        '.mergedInto "S9" is itself merged into another station',
      ]),
    );
    expect(await faultsOf({ targets: [{ station: 'Nowhere', part: 'Nothing', yield: 0.9 }] })).toEqual([
      'targets[0].station "Nowhere" is no station of this plant',
      'targets[0].part "Nothing" is no model. Name it among the parts',
    ]);
    expect(
      await faultsOf({
        stations: [
          { name: 'S4', images: true },
          { name: '프레스 4', images: true },
        ],
      }),
    ).toEqual(['stations[1] is the same station as stations[0]']);
    expect(await plant.files.export('names')).toEqual(before);
  });

  test('workstations may change their names, and a station takes the name of its folder’s entry', async () => {
    const { workstations, siteId, names } = plant;
    await workstations.put(siteId, { code: 'A', name: 'One' });
    await workstations.put(siteId, { code: 'B', name: 'Two' });
    await names.ensureStation('S4');
    const { faults } = await apply({
      stations: [
        { name: 'Two', images: false, aliases: { events: ['A'] } },
        { name: 'One', images: false, aliases: { events: ['B'] } },
        { name: 'Press', images: true, aliases: { inspections: ['S4'] } },
      ],
    });
    expect(faults).toEqual([]);
    expect(workstations.list(siteId).map(({ code, name }) => [code, name])).toEqual([
      ['A', 'Two'],
      ['B', 'One'],
    ]);
    expect(names.listStations().map(({ name }) => name)).toEqual(['Press']);
    expect(names.findStationId('S4')).toBe(names.findStationId('Press'));
    expect(await names.ensureStation('S4')).toBe(names.findStationId('Press'));
  });

  test('without names in the export, names stay when it is imported', async () => {
    await fill(plant);
    const codes = written(await plant.files.export('codes'));
    expect(codes.workers).toEqual([{ code: 'W1' }, { code: 'W2' }]);
    expect((await plant.files.export('off')).workers).toBeUndefined();
    expect((await plant.files.preview(codes, { isReplacing: true })).changes).toEqual([]);
  });
});

const faultsOf = (json: string) => {
  const read = parsePlantFile(json);
  return 'faults' in read ? read.faults.map(({ path, reason }) => `${path}: ${reason}`) : [];
};

test.each([
  ['no JSON', '{"version": 1,', /^: is not JSON/],
  ['another version', '{"version": 2}', /^version: /],
  ['an unknown section', '{"version":1,"machines":[]}', /"machines"/],
  ['a key of the prototype', '{"version":1,"__proto__":{"lines":[]}}', /__proto__/],
  [
    'such a key within',
    '{"version":1,"workers":[{"code":"W1","constructor":{}}]}',
    /^workers\[0\]: .*constructor/,
  ],
  ['a text that is a number', '{"version":1,"lines":[{"name":5}]}', /^lines\[0\]\.name: /],
  [
    'deep nesting',
    `{"version":1,"lines":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    /^(?:lines\[0\]|: is not JSON)/,
  ],
  [
    'the same line twice',
    '{"version":1,"lines":[{"name":"A"},{"name":"A"}]}',
    /^lines\[1\]\.name: is the same as in lines\[0\]$/,
  ],
  [
    'the same name, decomposed',
    '{"version":1,"lines":[{"name":"\\u00e9"},{"name":"e\u0301"}]}',
    /^lines\[1\]\.name/,
  ],
  [
    'control characters',
    '{"version":1,"workers":[{"code":"W\\u0000"}]}',
    /^workers\[0\]\.code: has characters/,
  ],
  [
    'half a surrogate pair',
    '{"version":1,"workers":[{"code":"\\ud800"}]}',
    /^workers\[0\]\.code: has characters/,
  ],
  [
    'a workstation without ids',
    '{"version":1,"stations":[{"name":"A","images":false}]}',
    /^stations\[0\]\.aliases\.events: is missing/,
  ],
  [
    'an id of two stations',
    '{"version":1,"stations":[{"name":"A","aliases":{"events":["x"]}},{"name":"B","aliases":{"events":["x"]}}]}',
    /^stations\[1\]\.aliases\.events\[0\]: is the same/,
  ],
  [
    'a cycle of no time',
    '{"version":1,"parts":[{"name":"A","idealCycleSec":0}]}',
    /^parts\[0\]\.idealCycleSec: is not above 0$/,
  ],
  [
    'a shift outside its cycle',
    JSON.stringify({ version: 1, shiftPlans: [{ fromDate: '2025-09-01', plan: { ...week, cycleDays: 3 } }] }),
    /^shiftPlans\[0\]\.plan: has "Early" on day 4 of a cycle of 3$/,
  ],
])('%s is refused with its place', (_what, json, reason) => {
  expect(faultsOf(json)).toEqual(expect.arrayContaining([expect.stringMatching(reason)]));
});
