import { Hono } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import type { LineFault } from '../plant/resources/lines.ts';
import type { ResourceDeps } from './deps.ts';
import { doneOf, textField, wantsPage } from './form-fields.ts';
import type { LinesPage } from './views.ts';

const path = '/plant/lines';
const one = `${path}/:id{[0-9]{1,15}}`;

/** `/plant/lines`: the production lines of the own site. */
export function lineRoutes(deps: ResourceDeps): Hono<AppEnv> {
  const { lines, sites } = deps;
  const siteId = sites.own.id;
  const nameOf = (id: number) => lines.get(id)?.name ?? '';

  async function finish(
    c: AppContext,
    fault: LineFault | undefined,
    {
      id,
      typed,
      key,
      before,
    }: { id: number; typed: string; key: 'add' | 'rename' | 'remove'; before: string | null },
  ): Promise<Response> {
    if (fault === 'gone') throw new AppError('not_found', 'There is no such line at this site.');
    if (fault !== undefined) {
      if (!wantsPage(c)) throw new AppError('invalid', refusals[fault], { details: { field: 'name' } });
      return show(c, deps, { fault, rowId: id, typed: { name: typed } });
    }
    // Its shifts and stations follow.
    await deps.renewPlant();
    noteChange(c, { target: before ?? typed, before, after: key === 'remove' ? null : typed });
    return c.redirect(`${path}?done=${key}`, 303);
  }

  return new Hono<AppEnv>()
    .get(path, may('look'), (c) => show(c, deps, null))
    .post(path, may('administer', 'lines.add'), async (c) => {
      const typed = textField(await readForm(c), 'name');
      const fault = await lines.add(siteId, typed);
      return finish(c, fault, { id: 0, typed, key: 'add', before: null });
    })
    .post(`${one}/rename`, may('administer', 'lines.rename'), async (c) => {
      const id = Number(c.req.param('id'));
      const typed = textField(await readForm(c), 'name');
      const before = nameOf(id);
      return finish(c, await lines.rename(siteId, id, typed), { id, typed, key: 'rename', before });
    })
    .post(`${one}/remove`, may('administer', 'lines.remove'), async (c) => {
      const id = Number(c.req.param('id'));
      const before = nameOf(id);
      return finish(c, await lines.remove(siteId, id), { id, typed: '', key: 'remove', before });
    });
}

/** For programs; pages have a text in the reader's language. */
const refusals: Record<Exclude<LineFault, 'gone'>, string> = {
  badName: 'A name has 1 to 100 characters.',
  taken: 'Another line has that name.',
  tooMany: 'There are too many lines. Remove one first.',
};

async function show(c: AppContext, deps: ResourceDeps, refused: LinesPage['refused']): Promise<Response> {
  const { lines, names, workstations, shifts, sites } = deps;
  const siteId = sites.own.id;
  const standing = new Map<string, { lineId: number; name: string }>();
  for (const { shownAs, lineId, name } of workstations.list(siteId))
    standing.set(String(shownAs), { lineId, name });
  for (const { id, name } of names.listStations(siteId))
    standing.set(String(id), { lineId: names.lineIdOf(id), name });
  const view: LinesPage = {
    here: path,
    lines: lines.list(siteId).map(({ id, name }) => ({
      id,
      name,
      stations: [...standing.values()].filter(({ lineId }) => lineId === id).map((station) => station.name),
      shiftsHref: `/plant/shifts?line=${id}`,
      hasShifts: shifts.list(siteId, id).length > 0,
    })),
    refused,
    done: doneOf(c),
    mayChange: await isLetIn(c, 'administer'),
  };
  return deps.renderer.render(c, 'resources/lines', { view }, refused ? 400 : 200);
}
