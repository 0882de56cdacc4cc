import { Hono } from 'hono';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import { csvResponse } from '../kernel/http/csv.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { bodySizeLimit } from '../kernel/http/guards/limits.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import { parsePlantFile } from '../plant/plant-file/plant-file-schema.ts';
import { type CsvSection, csvRowsOf, csvTables, readCsv } from './csv-tables.ts';
import type { ResourceDeps } from './deps.ts';
import { doneOf, textField, wantsPage } from './form-fields.ts';
import type { FilePage, PreviewPage } from './views.ts';

const path = '/plant/file';
/** Forms that take files; the apply form sends the whole file back. */
export const plantFormPaths = [path, `${path}/apply`];
/** Files larger than this are for `npm run db`. */
const maxFileBytes = 1_000_000;
const maxFormBytes = 4 * maxFileBytes;
/** Changes that a page lists. */
const maxListed = 500;

/** `/plant/file`: the plant as a file and its tables for spreadsheets, out and in. */
export function fileRoutes(deps: ResourceDeps): Hono<AppEnv> {
  const { plantFiles, personData } = deps;
  return new Hono<AppEnv>()
    .get(path, may('look'), (c) => showFile(c, deps, null))
    .get(`${path}/plant.json`, may('look'), async (c) => {
      c.header('content-disposition', 'attachment; filename="plant.json"');
      c.header('content-type', 'application/json; charset=utf-8');
      c.header('cache-control', 'no-store');
      return c.body(`${JSON.stringify(await plantFiles.export(personData), undefined, 2)}\n`);
    })
    .get(`${path}/:table{(?:workers|stations|parts)[.]csv}`, may('look'), async (c) => {
      const section = Object.keys(csvTables).find(
        (key) => `${key}.csv` === c.req.param('table'),
      ) as CsvSection;
      const table = csvRowsOf(section, await plantFiles.export(personData));
      return csvResponse(c, { fileName: `linesight-${section}.csv`, ...table });
    })
    .post(path, may('administer', 'plant.preview'), bodySizeLimit(maxFormBytes), async (c) => {
      const form = await readForm(c);
      const text = await readSent(form.file);
      const isReplacing = form.replace !== undefined;
      if (text === undefined) return refuseFile(c, deps, 'badFile');
      noteChange(c, { target: form.file instanceof File ? form.file.name : '' });
      const preview = /^\s*\{/.test(text) ? previewPlant : previewTable;
      return preview(c, deps, text, isReplacing);
    })
    .post(`${path}/apply`, may('administer', 'plant.apply'), bodySizeLimit(maxFormBytes), async (c) => {
      const form = await readForm(c);
      const read = parsePlantFile(textField(form, 'json'));
      if ('faults' in read) return refuseFile(c, deps, 'badFile');
      const isReplacing = textField(form, 'replace') === '1';
      const by = nameOfPrincipal(c.get('principal'));
      const { faults, changes } = await plantFiles.apply(read.file, { isReplacing, by });
      // Somebody changed the plant since it was shown.
      if (faults.length > 0) return previewPlant(c, deps, JSON.stringify(read.file), isReplacing);
      await deps.renewPlant();
      // What it says of people stands in the table of workers alone.
      noteChange(c, { target: '', after: { changes: changes.length, replace: isReplacing } });
      return c.redirect(`${path}?done=import&count=${changes.length}`, 303);
    });
}

async function readSent(file: unknown): Promise<string | undefined> {
  if (!(file instanceof File) || file.size === 0 || file.size > maxFileBytes) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

function refuseFile(c: AppContext, deps: ResourceDeps, fault: string): Promise<Response> {
  if (!wantsPage(c))
    throw new AppError(
      'invalid',
      `Send a file of at most ${maxFileBytes / 1e6} MB in UTF-8: the plant as JSON, or a table as CSV.`,
      { details: { field: 'file' } },
    );
  return showFile(c, deps, fault);
}

async function previewPlant(
  c: AppContext,
  deps: ResourceDeps,
  text: string,
  isReplacing: boolean,
): Promise<Response> {
  const read = parsePlantFile(text);
  if ('faults' in read) return showPreview(c, deps, { faults: read.faults, isReplacing });
  const { faults, changes } = await deps.plantFiles.preview(read.file, { isReplacing });
  return showPreview(c, deps, { faults, changes, isReplacing, json: JSON.stringify(read.file) });
}

/** Tables add and change; they never remove. */
async function previewTable(c: AppContext, deps: ResourceDeps, text: string): Promise<Response> {
  const read = await readCsv(text, (file) => deps.plantFiles.preview(file, { isReplacing: false }));
  if ('fault' in read)
    return showPreview(c, deps, { faults: [{ path: '', reason: read.fault }], isReplacing: false });
  const { plan, refused, file } = read;
  return showPreview(c, deps, {
    faults: [],
    changes: plan.changes,
    refused,
    isReplacing: false,
    json: JSON.stringify(file),
  });
}

function showPreview(
  c: AppContext,
  { renderer }: ResourceDeps,
  {
    faults,
    changes = [],
    refused = [],
    isReplacing,
    json = null,
  }: Pick<PreviewPage, 'faults' | 'isReplacing'> & Partial<PreviewPage>,
): Response | Promise<Response> {
  const isWrong = faults.length > 0;
  const view: PreviewPage = {
    here: path,
    changes: changes.slice(0, maxListed),
    moreCount: Math.max(0, changes.length - maxListed),
    total: changes.length,
    refused,
    faults,
    isReplacing,
    json: isWrong || changes.length === 0 ? null : json,
  };
  return renderer.render(c, 'resources/preview', { view }, isWrong ? 400 : 200);
}

async function showFile(c: AppContext, deps: ResourceDeps, fault: string | null): Promise<Response> {
  const view: FilePage = {
    here: path,
    people: deps.personData,
    fault,
    done: doneOf(c),
    count: Math.trunc(Number(c.req.query('count'))) || 0,
    mayChange: await isLetIn(c, 'administer'),
  };
  return deps.renderer.render(c, 'resources/file', { view }, fault ? 400 : 200);
}
