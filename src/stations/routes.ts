import { Hono } from 'hono';
import { z } from 'zod';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import { readSort, sortHeads, sortQuery, sortRows } from '../kernel/http/table-sort.ts';
import { mapFairly } from '../kernel/jobs/map-fairly.ts';
import { pageHref } from '../plant/links.ts';
import type { PlantNames, StationRow } from '../plant/names.ts';
import type { PlantFiles } from '../plant/plant-file/plant-file.ts';
import { checkPlantFile } from '../plant/plant-file/plant-file-schema.ts';
import type { RecordStations, StationFault } from '../plant/record-stations.ts';
import type { Lines } from '../plant/resources/lines.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { Sites } from '../plant/sites.ts';
import type { JudgedStation } from '../plant/station-state.ts';
import { proposeLinks } from './propose-links.ts';
import {
  changes,
  nameHref,
  type StationChange,
  type StationNamePage,
  type StationNamesPage,
  stationLine,
  stationTable,
  workstationLines,
} from './views.ts';

type Deps = {
  names: PlantNames;
  sites: Sites;
  recordStations: RecordStations;
  lines: Lines;
  workstations: Workstations;
  plantFiles: PlantFiles;
  renewPlant: () => Promise<void>;
  readState: (stationId: number) => Promise<JudgedStation & { lastSeenAt: number | null }>;
  renderer: Renderer;
};

const one = '/plant/stations/:id{[0-9]{1,15}}';
/** Further stations are reached by their address; so many come from a folder that was not meant to be watched. */
const maxLines = 1_000;

const exampleForms: Partial<Record<string, Record<string, string>>> = {
  rename: { name: 'Press 4' },
  merge: { into: '2' },
  place: { line: '0', type: 'assembly' },
  events: { code: 'W-4' },
};
const docOf = (summary: string, change: string, form: z.ZodObject) =>
  documented({
    tag: 'Forms of the pages',
    summary,
    answer: '',
    status: 303,
    form,
    refusals: ['unauthorized', 'forbidden', 'invalid', 'not_found'],
    example: { path: `/plant/stations/1/${change}`, form: exampleForms[change] ?? {} },
  });
const docs = {
  rename: docOf('Rename a station', 'rename', z.object({ name: z.string() })),
  merge: docOf('Show a station as another one', 'merge', z.object({ into: z.string().optional() })),
  separate: docOf('Undo such a merge', 'separate', z.object({})),
  hide: docOf('Take a station off the pages', 'hide', z.object({})),
  show: docOf('Put it back', 'show', z.object({})),
  place: docOf(
    'Say where a station stands and what is done there',
    'place',
    z.object({ line: z.string(), type: z.string() }),
  ),
  events: docOf('Link a workstation id of events with a station', 'events', z.object({ code: z.string() })),
};

/** `/plant/stations`: the stations of the own site with their names; each has a page where an administrator changes it. */
export function stationNameRoutes(deps: Deps): Hono<AppEnv> {
  const { recordStations } = deps;
  const change = (
    key: StationChange,
    make: (id: number, form: Record<string, unknown>, by: string) => Promise<StationFault | undefined>,
  ) => {
    return async (c: AppContext) => {
      const before = await getRow(deps, c);
      const form = await readForm(c);
      const fault = await make(before.id, form, nameOfPrincipal(c.get('principal')));
      if (fault?.key === 'gone') throw new AppError('not_found', 'There is no such station at this site.');
      if (fault !== undefined && !c.req.header('accept')?.includes('text/html')) throw refusalOf(fault);
      if (fault !== undefined)
        return showOne(c, deps, {
          fault,
          typed: { name: stringOf(form.name), type: stringOf(form.type), code: stringOf(form.code) },
          done: null,
        });
      noteChange(c, {
        target: before.name,
        before: summaryOf(deps, before),
        after: summaryOf(deps, await getRow(deps, c)),
      });
      const back = form.back === 'list' ? '/plant/stations' : nameHref(before.id);
      return c.redirect(`${back}?done=${key}`, 303);
    };
  };
  return new Hono<AppEnv>()
    .get('/plant/stations', may('look'), async (c) =>
      deps.renderer.render(c, 'stations/names', { view: await readAll(c, deps) }),
    )
    .get(one, may('look'), (c) => showOne(c, deps, { fault: null, typed: {}, done: doneOf(c) }))
    .post(
      `${one}/rename`,
      may('administer', 'stations.rename'),
      docs.rename,
      change('rename', (id, form) => recordStations.rename(id, textOf(form.name))),
    )
    .post(
      `${one}/merge`,
      may('administer', 'stations.merge'),
      docs.merge,
      change('merge', (id, form) => recordStations.merge(id, Number(textOf(form.into)))),
    )
    .post(
      `${one}/separate`,
      may('administer', 'stations.separate'),
      docs.separate,
      change('separate', (id) => recordStations.separate(id)),
    )
    .post(
      `${one}/hide`,
      may('administer', 'stations.hide'),
      docs.hide,
      change('hide', (id) => recordStations.setHidden(id, true)),
    )
    .post(
      `${one}/show`,
      may('administer', 'stations.show'),
      docs.show,
      change('show', (id) => recordStations.setHidden(id, false)),
    )
    .post(
      `${one}/place`,
      may('administer', 'stations.place'),
      docs.place,
      change('place', async (id, form) => {
        const lineId = Number(textOf(form.line)) || 0;
        const isLine = lineId === 0 || deps.lines.get(lineId)?.siteId === deps.sites.own.id;
        return isLine ? recordStations.place(id, { lineId, type: textOf(form.type) }) : { key: 'badLine' };
      }),
    )
    .post(
      `${one}/events`,
      may('administer', 'stations.link'),
      docs.events,
      // The code stands in the path's station from now on, whether or not an event has named it yet.
      change('events', async (id, form, by) => linkCode(deps, id, textOf(form.code), by)),
    );
}

/** For programs; pages have a text in the reader's language. */
function refusalOf(fault: StationFault): AppError {
  const texts: Record<StationFault['key'], string> = {
    gone: 'There is no such station at this site.',
    badType: 'A type has at most 60 characters.',
    badLine: 'The field "line" must be the id of a line of this site, or 0.',
    badCode:
      'The field "code" must be the workstation id of events: 1 to 100 characters, not an id of another station with images.',
    badName: 'A name has 1 to 100 characters, no slash, and is not only dots.',
    noTarget: 'The field "into" must be the id of another station of this site.',
    itself: 'A station cannot be merged into itself.',
    merged: 'It is merged into another station already. Separate it first.',
    taken: 'That is or was the name of another station. Choose another one, or merge the two.',
  };
  return new AppError('invalid', texts[fault.key]);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Links the workstation of an id, which is added where no event has named it yet. */
async function linkCode(
  { names, plantFiles, renewPlant }: Deps,
  id: number,
  typed: string,
  by: string,
): Promise<StationFault | undefined> {
  const row = names.findStationRow(id);
  if (row === undefined) return { key: 'gone' };
  const read = checkPlantFile({
    version: 1,
    stations: [{ name: row.name, aliases: { events: [typed.normalize('NFC').trim()] } }],
  });
  if (!row.isInspected || 'faults' in read) return { key: 'badCode' };
  const { faults } = await plantFiles.apply(read.file, { isReplacing: false, by });
  if (faults.length > 0) return { key: 'badCode' };
  await renewPlant();
  return undefined;
}

function doneOf(c: AppContext): StationChange | null {
  return changes.find((key) => key === c.req.query('done')) ?? null;
}

/** What the audit log keeps of a station. */
function summaryOf({ names, lines, workstations, sites }: Deps, row: StationRow) {
  const { id, name, hiddenAt, mergedInto, lineId, type } = row;
  return {
    name,
    line: lines.get(lineId)?.name ?? null,
    type,
    eventIds: workstations
      .list(sites.own.id)
      .filter(({ shownAs }) => shownAs === id)
      .map(({ code }) => code),
    hidden: hiddenAt !== null,
    mergedInto: mergedInto === null ? null : names.stationName(mergedInto),
  };
}

/** Throws `not_found` for a station of no or of another site. */
async function getRow({ names, sites }: Deps, c: AppContext): Promise<StationRow> {
  const id = Number(c.req.param('id'));
  // An event may have added it a moment ago.
  if (names.findStationRow(id) === undefined) await names.refresh();
  const row = names.findStationRow(id);
  if (row === undefined || row.siteId !== sites.own.id)
    throw new AppError('not_found', 'There is no such station at this site.');
  return row;
}

async function readAll(c: AppContext, deps: Deps): Promise<StationNamesPage> {
  const rows = deps.names.listStationRows(deps.sites.own.id);
  const own = rows.filter(({ mergedInto }) => mergedInto === null).slice(0, maxLines);
  const context = {
    rows,
    workstations: deps.workstations.list(deps.sites.own.id),
    lineName: (id: number) => deps.lines.get(id)?.name ?? '',
  };
  const found = await mapFairly(own, async (row) => stationLine(row, context, await deps.readState(row.id)));
  const sort = readSort(new URL(c.req.url).searchParams, [stationTable]);
  const lines = sortRows(found, stationTable, sort);
  const hrefOf = (more: Record<string, string>) => pageHref('/plant/stations', {}, more);
  return {
    here: hrefOf(sortQuery(sort)),
    heads: sortHeads(stationTable, sort, hrefOf),
    shown: lines.filter(({ hiddenAt }) => hiddenAt === null),
    hidden: lines.filter(({ hiddenAt }) => hiddenAt !== null),
    workstations: workstationLines(context),
    proposals: proposeLinks(context.workstations, rows).map(({ workstation, station }) => ({
      code: workstation.code,
      name: workstation.name,
      mergeHref: `${nameHref(workstation.stationId)}/merge`,
      station: station.name,
      stationId: station.id,
    })),
    hasLines: deps.lines.list(deps.sites.own.id).length > 0,
    done: doneOf(c),
    mayChange: await isLetIn(c, 'administer'),
  };
}

async function showOne(
  c: AppContext,
  deps: Deps,
  form: Pick<StationNamePage, 'fault' | 'typed' | 'done'>,
): Promise<Response> {
  const row = await getRow(deps, c);
  const rows = deps.names.listStationRows(deps.sites.own.id);
  const siteId = deps.sites.own.id;
  const target = rows.find(({ id }) => id === row.mergedInto);
  const workstations = deps.workstations.list(siteId);
  const context = { rows, workstations, lineName: (id: number) => deps.lines.get(id)?.name ?? '' };
  const state = row.isInspected ? await deps.readState(row.id) : { state: null, also: [], lastSeenAt: null };
  const view: StationNamePage = {
    ...form,
    here: nameHref(row.id),
    station: stationLine(row, context, state),
    isInspected: row.isInspected,
    lineId: row.lineId,
    lines: deps.lines.list(siteId).map(({ id, name }) => ({ id, name })),
    types: [...new Set([...rows, ...workstations].map(({ type }) => type))]
      .filter((type) => type !== '')
      .sort(),
    eventIds: workstations
      .filter(({ stationId, shownAs }) => (row.isInspected ? shownAs : stationId) === row.id)
      .map(({ code, stationId }) => ({
        code,
        activityHref: `/productivity/stations/${encodeURIComponent(code)}`,
        separateHref: stationId === row.id ? null : `${nameHref(stationId)}/separate`,
      })),
    freeCodes: workstations.filter(({ stationId, shownAs }) => stationId === shownAs).map(({ code }) => code),
    mergedInto: target === undefined ? null : { name: target.name, nameHref: nameHref(target.id) },
    targets: rows
      .filter(({ id, mergedInto }) => id !== row.id && mergedInto === null)
      .map(({ id, name }) => ({ id, name })),
    mayChange: await isLetIn(c, 'administer'),
  };
  return deps.renderer.render(c, 'stations/name', { view }, form.fault ? 400 : 200);
}
