import { Hono } from 'hono';
import { z } from 'zod';
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
import type { RecordStations, StationFault } from '../plant/record-stations.ts';
import type { Sites } from '../plant/sites.ts';
import type { JudgedStation } from '../plant/station-state.ts';
import {
  changes,
  nameHref,
  type StationChange,
  type StationNamePage,
  type StationNamesPage,
  stationLine,
  stationTable,
} from './views.ts';

type Deps = {
  names: PlantNames;
  sites: Sites;
  recordStations: RecordStations;
  readState: (stationId: number) => Promise<JudgedStation & { lastSeenAt: number | null }>;
  renderer: Renderer;
};

const one = '/plant/stations/:id{[0-9]{1,15}}';
/** Further stations are reached by their address; so many come from a folder that was not meant to be watched. */
const maxLines = 1_000;

const exampleForms: Partial<Record<string, Record<string, string>>> = {
  rename: { name: 'Press 4' },
  merge: { into: '2' },
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
};

/** `/plant/stations`: the stations of the own site with their names; each has a page where an administrator changes it. */
export function stationNameRoutes(deps: Deps): Hono<AppEnv> {
  const { recordStations } = deps;
  const change = (
    key: StationChange,
    make: (id: number, form: Record<string, unknown>) => Promise<StationFault | undefined>,
  ) => {
    return async (c: AppContext) => {
      const before = getRow(deps, c);
      const form = await readForm(c);
      const fault = await make(before.id, form);
      if (fault?.key === 'gone') throw new AppError('not_found', 'There is no such station at this site.');
      if (fault !== undefined && !c.req.header('accept')?.includes('text/html')) throw refusalOf(fault);
      if (fault !== undefined) return showOne(c, deps, { fault, typed: textOf(form.name), done: null });
      noteChange(c, {
        target: before.name,
        before: summaryOf(deps, before),
        after: summaryOf(deps, getRow(deps, c)),
      });
      return c.redirect(`${nameHref(before.id)}?done=${key}`, 303);
    };
  };
  return new Hono<AppEnv>()
    .get('/plant/stations', may('look'), async (c) =>
      deps.renderer.render(c, 'stations/names', { view: await readAll(c, deps) }),
    )
    .get(one, may('look'), (c) => showOne(c, deps, { fault: null, typed: null, done: doneOf(c) }))
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
    );
}

/** For programs; pages have a text in the reader's language. */
function refusalOf(fault: StationFault): AppError {
  const texts: Record<StationFault['key'], string> = {
    gone: 'There is no such station at this site.',
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

function doneOf(c: AppContext): StationChange | null {
  return changes.find((key) => key === c.req.query('done')) ?? null;
}

/** What the audit log keeps of a station. */
function summaryOf({ names }: Deps, { name, hiddenAt, mergedInto }: StationRow) {
  return {
    name,
    hidden: hiddenAt !== null,
    mergedInto: mergedInto === null ? null : names.stationName(mergedInto),
  };
}

/** Throws `not_found` for a station of no or of another site. */
function getRow({ names, sites }: Deps, c: AppContext): StationRow {
  const id = Number(c.req.param('id'));
  const row = names.listStationRows(sites.own.id).find((station) => station.id === id);
  if (row === undefined) throw new AppError('not_found', 'There is no such station at this site.');
  return row;
}

async function readAll(c: AppContext, deps: Deps): Promise<StationNamesPage> {
  const rows = deps.names.listStationRows(deps.sites.own.id);
  const own = rows.filter(({ mergedInto }) => mergedInto === null).slice(0, maxLines);
  const found = await mapFairly(own, async (row) => stationLine(row, rows, await deps.readState(row.id)));
  const sort = readSort(new URL(c.req.url).searchParams, [stationTable]);
  const lines = sortRows(found, stationTable, sort);
  const hrefOf = (more: Record<string, string>) => pageHref('/plant/stations', {}, more);
  return {
    here: hrefOf(sortQuery(sort)),
    heads: sortHeads(stationTable, sort, hrefOf),
    shown: lines.filter(({ hiddenAt }) => hiddenAt === null),
    hidden: lines.filter(({ hiddenAt }) => hiddenAt !== null),
    mayChange: await isLetIn(c, 'administer'),
  };
}

async function showOne(
  c: AppContext,
  deps: Deps,
  form: Pick<StationNamePage, 'fault' | 'typed' | 'done'>,
): Promise<Response> {
  const row = getRow(deps, c);
  const rows = deps.names.listStationRows(deps.sites.own.id);
  const target = rows.find(({ id }) => id === row.mergedInto);
  const view: StationNamePage = {
    ...form,
    here: nameHref(row.id),
    station: stationLine(row, rows, await deps.readState(row.id)),
    mergedInto: target === undefined ? null : { name: target.name, nameHref: nameHref(target.id) },
    targets: rows
      .filter(({ id, mergedInto }) => id !== row.id && mergedInto === null)
      .map(({ id, name }) => ({ id, name })),
    mayChange: await isLetIn(c, 'administer'),
  };
  return deps.renderer.render(c, 'stations/name', { view }, form.fault ? 400 : 200);
}
