import { z } from 'zod';
import { findPlanFault, type PlanFault, shiftPlanSchema } from '../shifts/shift-plan.ts';

/*
 * The plant as one file, to export, keep in version control and import. What an entry leaves out stays as it is; what the
 * file does not name stays, too, unless it is imported to replace. Names mean the rows of one site.
 */

/** Files of any other version are refused. */
const fileVersion = 1;
/** Some thousand stations, models and workers, with their shifts. */
export const maxPlantFileBytes = 4 * 1024 * 1024;
const longestCycleSec = 86_400;

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine(
      (value) => !/\p{Cc}/u.test(value) && value.isWellFormed(),
      'has characters that no name can have',
    );
const name = (longest: number) =>
  text(longest)
    .min(1, 'is empty')
    .refine((value) => value.trim() === value, 'begins or ends with a space');

const lineName = name(100);
const stationName = text(255).min(1, 'is empty');
const partName = text(255);
const eventId = name(100);
const cycleSec = z
  .number()
  .positive('is not above 0')
  .max(longestCycleSec, 'is more than a day')
  .describe('Seconds that one unit takes ideally');

const stationRef = z.strictObject({
  station: stationName.optional().describe('Name of a station with images'),
  workstation: eventId.optional().describe('Id that events call a workstation by, for one without images'),
});

const stationEntry = z.strictObject({
  name: stationName,
  images: z.boolean().default(true).describe('False for a workstation that only events know'),
  line: lineName.nullish().describe('Its line; null is none'),
  type: text(60).optional().describe('What is done there, such as assembly'),
  hidden: z.boolean().optional().describe('Off the pages'),
  mergedInto: stationName.nullish().describe('The station it is shown as'),
  aliases: z
    .strictObject({
      inspections: z.array(stationName).max(100).optional().describe('Folders and former names that mean it'),
      events: z.array(eventId).max(100).optional().describe('Ids that events call it by'),
    })
    .optional(),
  idealCycleSec: cycleSec.nullish(),
});

export const plantFileSchema = z.strictObject({
  version: z.literal(fileVersion),
  site: z
    .strictObject({
      name: z.string().max(60).optional(),
      title: z.string().max(60).optional(),
      timeZone: z.string().max(64).optional(),
      idealCycleSec: cycleSec.nullish(),
    })
    .optional()
    .describe('Name, title and time zone are those of the settings and change nothing'),
  lines: z
    .array(z.strictObject({ name: lineName }))
    .max(500)
    .optional(),
  stations: z.array(stationEntry).max(5_000).optional(),
  parts: z
    .array(
      z.strictObject({
        name: partName,
        idealCycleSec: cycleSec.nullish(),
        atStations: z
          .array(stationRef.extend({ idealCycleSec: cycleSec.nullable() }))
          .max(500)
          .optional()
          .describe('Where it takes another time'),
      }),
    )
    .max(20_000)
    .optional(),
  workers: z
    .array(z.strictObject({ code: eventId, name: text(150).optional() }))
    .max(20_000)
    .optional(),
  shiftPlans: z
    .array(
      z.strictObject({
        line: lineName.nullish().describe('Null: the whole site'),
        fromDate: z.string().regex(/^\d{4}-\d\d-\d\d$/, 'is not a date. Write it as 2026-12-24.'),
        plan: shiftPlanSchema,
      }),
    )
    .max(5_000)
    .optional(),
  targets: z
    .array(
      z.strictObject({
        station: stationName.nullish().describe('Null: every station'),
        part: partName.nullish().describe('Null: every model'),
        yield: z.number().gt(0, 'is not above 0').lt(1, 'is not below 1').nullable(),
      }),
    )
    .max(5_000)
    .optional(),
});

/** The plant as a file; see the schema for the fields. */
export type PlantFile = z.infer<typeof plantFileSchema>;
export type StationEntry = z.infer<typeof stationEntry>;
export type StationRef = z.infer<typeof stationRef>;

/** What is wrong with a file, and where: `stations[3].line`. */
export type PlantFileFault = { path: string; reason: string };

/** More would not be read. */
const maxFaults = 100;

/** A file from its JSON text, or what is wrong with its form. What it says is compared with the plant by `planPlant`. */
export function parsePlantFile(json: string): { file: PlantFile } | { faults: PlantFileFault[] } {
  let sent: unknown;
  try {
    // Names in memory and on disk are composed.
    sent = JSON.parse(json.normalize('NFC'));
  } catch (error) {
    return { faults: [{ path: '', reason: `is not JSON: ${(error as Error).message.slice(0, 200)}` }] };
  }
  return checkPlantFile(sent);
}

/** The same from a value that was read already. */
export function checkPlantFile(sent: unknown): { file: PlantFile } | { faults: PlantFileFault[] } {
  const read = plantFileSchema.safeParse(sent);
  if (!read.success)
    return {
      faults: read.error.issues
        .slice(0, maxFaults)
        .map(({ path, message }) => ({ path: pathText(path), reason: message })),
    };
  const faults = faultsWithin(read.data);
  return faults.length > 0 ? { faults: faults.slice(0, maxFaults) } : { file: read.data };
}

/** `stations[3].aliases.events[0]` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** What contradicts itself, whatever the plant is. */
function faultsWithin({ lines, stations, parts, workers, shiftPlans, targets }: PlantFile): PlantFileFault[] {
  return [
    ...findRepeated('lines', lines, ({ name }) => [['name', name]]),
    ...findRepeated('stations', stations, ({ name, images }) => [['name', `${images}:${name}`]]),
    ...findRepeated('stations', stations, ({ aliases }) =>
      (aliases?.events ?? []).map((id, i) => [`aliases.events[${i}]`, id]),
    ),
    ...findRepeated('stations', stations, ({ aliases }) =>
      (aliases?.inspections ?? []).map((alias, i) => [`aliases.inspections[${i}]`, alias]),
    ),
    ...(stations ?? []).flatMap(findStationFaults),
    ...findRepeated('parts', parts, ({ name }) => [['name', name]]),
    ...(parts ?? []).flatMap(({ atStations }, i) => findRefFaults(atStations ?? [], i)),
    ...findRepeated('workers', workers, ({ code }) => [['code', code]]),
    ...findRepeated('shiftPlans', shiftPlans, ({ line, fromDate }) => [
      ['fromDate', `${line ?? ''}\n${fromDate}`],
    ]),
    ...(shiftPlans ?? []).flatMap(({ plan }, i) => {
      const fault = findPlanFault(plan);
      return fault ? [{ path: `shiftPlans[${i}].plan`, reason: planFaultText(fault) }] : [];
    }),
    ...findRepeated('targets', targets, ({ station, part }) => [
      ['station', JSON.stringify([station ?? null, part ?? null])],
    ]),
  ];
}

/** Entries that say the same key as one before. */
function findRepeated<Row>(
  section: string,
  rows: readonly Row[] | undefined,
  keysOf: (row: Row) => [field: string, key: string][],
): PlantFileFault[] {
  const firstAt = new Map<string, number>();
  return (rows ?? []).flatMap((row, i) =>
    keysOf(row).flatMap(([field, key]) => {
      const first = firstAt.get(key);
      if (first === undefined) firstAt.set(key, i);
      if (first === undefined) return [];
      return [{ path: `${section}[${i}].${field}`, reason: `is the same as in ${section}[${first}]` }];
    }),
  );
}

function findStationFaults(
  { images, aliases, hidden, mergedInto }: StationEntry,
  i: number,
): PlantFileFault[] {
  if (images) return [];
  const path = `stations[${i}]`;
  const faults: PlantFileFault[] = [];
  if ((aliases?.events ?? []).length === 0)
    faults.push({
      path: `${path}.aliases.events`,
      reason: 'is missing: without images a station is known by its events alone',
    });
  if ((aliases?.inspections ?? []).length > 0)
    faults.push({ path: `${path}.aliases.inspections`, reason: 'needs "images": true' });
  if (hidden) faults.push({ path: `${path}.hidden`, reason: 'needs "images": true' });
  if (mergedInto)
    faults.push({
      path: `${path}.mergedInto`,
      reason: 'needs "images": true. List its ids among aliases.events of the station that it is',
    });
  return faults;
}

function findRefFaults(refs: readonly StationRef[], part: number): PlantFileFault[] {
  return refs.flatMap(({ station, workstation }, i) =>
    (station === undefined) === (workstation === undefined)
      ? [{ path: `parts[${part}].atStations[${i}]`, reason: 'needs either "station" or "workstation"' }]
      : [],
  );
}

function planFaultText(fault: PlanFault): string {
  switch (fault.key) {
    case 'noShifts':
      return 'has no shift on any day';
    case 'sameName':
      return `has two shifts called "${fault.name}"`;
    case 'dayBeyondCycle':
      return `has "${fault.name}" on day ${fault.day} of a cycle of ${fault.days}`;
    case 'breakOutside':
      return `has a break ${fault.start}–${fault.end} outside "${fault.name}"`;
    case 'breaksOverlap':
      return `has breaks of "${fault.name}" that overlap at ${fault.start}`;
    case 'shiftsOverlap':
      return `has "${fault.name}" and "${fault.other}" overlap on day ${fault.day}`;
    case 'shiftsOverlapOn':
      return `has "${fault.name}" and "${fault.other}" overlap on ${fault.date}`;
    case 'sameDate':
      return `has two exceptions on ${fault.date}`;
    case 'unknownShift':
      return `has an exception on ${fault.date} with the shift "${fault.name}", which is none of its shifts`;
    case 'downtimeReversed':
      return `has a downtime that ends at ${fault.end}, before it starts at ${fault.start}`;
  }
}
