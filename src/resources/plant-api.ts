import { Hono } from 'hono';
import { z } from 'zod';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { bodySizeLimit } from '../kernel/http/guards/limits.ts';
import { may, noteChange } from '../kernel/http/guards/may.ts';
import {
  checkPlantFile,
  maxPlantFileBytes,
  type PlantFile,
  plantFileSchema,
} from '../plant/plant-file/plant-file-schema.ts';
import type { ResourceDeps } from './deps.ts';

const path = '/api/v1/plant';
const sections = ['lines', 'stations', 'workers', 'parts'] as const;
type Section = (typeof sections)[number];
/** Bodies as long as a plant file. */
export const plantApiPaths = [path, ...sections.map((section) => `${path}/${section}`), `${path}/shifts`];

const flag = z.enum(['0', '1']).default('0');
const putQuery = z.object({
  replace: flag.describe(
    '1: what the body does not name is removed. Stations only leave the pages, models stay',
  ),
  dryRun: flag.describe('1: answers what would change, and changes nothing'),
});
const changesAnswer = z.object({
  applied: z.boolean(),
  changes: z.array(
    z.object({
      section: z.string(),
      action: z.enum(['add', 'change', 'remove']),
      name: z.string(),
      field: z.string().nullable(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
});
const refusals = ['unauthorized', 'forbidden', 'too_large', 'unavailable'] as const;
const { lines, stations, workers, parts, shiftPlans } = plantFileSchema.shape;
const bodies: Record<Section, z.ZodObject> = {
  lines: z.strictObject({ lines: lines.unwrap() }),
  stations: z.strictObject({ stations: stations.unwrap() }),
  workers: z.strictObject({ workers: workers.unwrap() }),
  parts: z.strictObject({ parts: parts.unwrap() }),
};
const examples: Record<Section, object> = {
  lines: { lines: [{ name: 'Line 1' }] },
  stations: { stations: [{ name: 'S9', type: 'press', aliases: { events: ['W-9'] } }] },
  workers: { workers: [{ code: 'W1', name: 'Alice Johnson' }] },
  parts: {
    parts: [{ name: 'OR-3CT', idealCycleSec: 12.5, atStations: [{ station: 'S9', idealCycleSec: 11 }] }],
  },
};
const texts: Record<Section, string> = {
  lines: 'production lines',
  stations: 'stations with their lines, types, folders and workstation ids',
  workers: 'workers, as far as PERSON_DATA shows them',
  parts: 'models with their ideal cycle times',
};
const week = {
  cycleDays: 7,
  cycleFrom: '2025-09-01',
  shifts: [{ name: 'Early', start: '06:00', end: '14:00', breaks: [], days: [1, 2, 3, 4, 5] }],
  exceptions: [],
  downtimes: [],
};
const planEntry = shiftPlans.unwrap().element;
const shiftsBody = z.object({
  plans: z.array(
    planEntry.extend({ setBy: z.unknown(), setAt: z.unknown() }).partial({ setBy: true, setAt: true }),
  ),
});

function putDoc(summary: string, at: string, body: z.ZodType, example: object) {
  return documented({
    tag: 'Plant',
    summary,
    description:
      'All of the body is checked before anything changes, in one transaction; `details.faults` has every fault with its path. What an entry leaves out stays as it is.',
    query: putQuery,
    body,
    answer: changesAnswer,
    refusals,
    example: { path: `${at}?dryRun=1`, body: example },
  });
}

/** `/api/v1/plant`: the plant as a file, and its sections. */
export function plantApi(deps: ResourceDeps): Hono<AppEnv> {
  const { plantFiles, personData } = deps;
  const limit = bodySizeLimit(maxPlantFileBytes);
  const readFile = () => plantFiles.export(personData);
  const app = new Hono<AppEnv>()
    .get(
      path,
      may('look'),
      documented({
        tag: 'Plant',
        summary: 'The plant as one file',
        description: 'The same as `npm run db -- plant export`. Putting it back changes nothing.',
        answer: plantFileSchema,
        example: { path },
      }),
      async (c) => c.json(await readFile()),
    )
    .put(
      path,
      may('administer', 'plant.put'),
      putDoc('Import a plant file', path, plantFileSchema, { version: 1, lines: [{ name: 'Line 1' }] }),
      limit,
      async (c) => put(c, deps, await readBody(c)),
    )
    .put(
      `${path}/shifts`,
      may('administer', 'plant.put'),
      putDoc('Change shift plans', `${path}/shifts`, shiftsBody, {
        plans: [{ fromDate: '2025-09-01', plan: week }],
      }),
      limit,
      async (c) => {
        const body = shiftsBody.safeParse(await readBody(c));
        if (!body.success) return put(c, deps, { version: 1, shiftPlans: undefinedPlans(body.error) });
        const plans = body.data.plans.map(({ line, fromDate, plan }) => ({ line, fromDate, plan }));
        return put(c, deps, { version: 1, shiftPlans: plans });
      },
    );
  for (const section of sections) {
    const at = `${path}/${section}`;
    app.get(
      at,
      may('look'),
      documented({
        tag: 'Plant',
        summary: `The plant’s ${texts[section]}`,
        answer: bodies[section],
        example: { path: at },
      }),
      async (c) => c.json({ [section]: (await readFile())[section] ?? [] }),
    );
    app.put(
      at,
      may('administer', 'plant.put'),
      putDoc(`Change ${texts[section]}`, at, bodies[section], examples[section]),
      limit,
      async (c) => {
        const sent = await readBody(c);
        if (!isSection(sent, section))
          throw new AppError('invalid', `Send {"${section}": […]}.`, { details: { field: section } });
        return put(c, deps, { version: 1, [section]: sent[section] });
      },
    );
  }
  return app;
}

/** @throws AppError 'invalid' with the place of the first fault. */
function undefinedPlans(error: z.ZodError): never {
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? 'plans';
  throw new AppError('invalid', `${field}: ${issue?.message ?? 'cannot be read'}`, { details: { field } });
}

function isSection(sent: unknown, section: Section): sent is Record<Section, unknown> {
  if (typeof sent !== 'object' || sent === null) return false;
  const keys = Object.keys(sent);
  return keys.length === 1 && keys[0] === section;
}

async function readBody(c: AppContext): Promise<unknown> {
  try {
    return JSON.parse((await c.req.text()).normalize('NFC'));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid', 'The body is not JSON.', { cause: error });
  }
}

async function put(
  c: AppContext,
  { plantFiles, renewPlant }: ResourceDeps,
  sent: unknown,
): Promise<Response> {
  const { replace, dryRun } = putQuery.parse({
    replace: c.req.query('replace') || undefined,
    dryRun: c.req.query('dryRun') || undefined,
  });
  const isReplacing = replace === '1';
  const isDry = dryRun === '1';
  const checked = checkPlantFile(sent);
  if ('faults' in checked) throw refusalOf(checked.faults);
  const file: PlantFile = checked.file;
  const by = nameOfPrincipal(c.get('principal'));
  const plan = isDry
    ? await plantFiles.preview(file, { isReplacing })
    : await plantFiles.apply(file, { isReplacing, by });
  if (plan.faults.length > 0) throw refusalOf(plan.faults);
  const { changes } = plan;
  if (!isDry && changes.length > 0) await renewPlant();
  noteChange(c, { target: c.req.path, after: { changes: changes.length, dryRun: isDry } });
  return c.json({ applied: !isDry, changes });
}

function refusalOf(faults: readonly { path: string; reason: string }[]): AppError {
  const [first] = faults;
  return new AppError('invalid', `${first?.path ?? ''} ${first?.reason ?? ''}. Nothing was changed.`, {
    details: { field: first?.path ?? '', faults },
  });
}
