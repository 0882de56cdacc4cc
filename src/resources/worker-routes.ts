import { Hono } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import type { ResourceDeps } from './deps.ts';
import { doneOf, textField, wantsPage } from './form-fields.ts';
import type { WorkerFault, WorkersPage } from './views.ts';

const path = '/plant/workers';
const one = `${path}/:id{[0-9]{1,15}}`;
/** Shown at a time; the others are found by the search. */
const maxShown = 200;
const longest = { code: 100, name: 150, search: 100 };

/** `/plant/workers`: the people whose activity is recorded, as far as PERSON_DATA shows them. */
export function workerRoutes(deps: ResourceDeps): Hono<AppEnv> {
  const { workers, sites, personData } = deps;
  const siteId = sites.own.id;
  const show = (c: AppContext, refused: WorkersPage['refused']) => showWorkers(c, deps, refused);
  const refuse = (c: AppContext, refused: NonNullable<WorkersPage['refused']>) => {
    if (refused.fault === 'gone') throw new AppError('not_found', 'There is no such worker at this site.');
    if (!wantsPage(c)) throw new AppError('invalid', refusals[refused.fault]);
    return show(c, refused);
  };
  const find = (c: AppContext) => {
    const worker = workers.get(Number(c.req.param('id')));
    if (worker?.siteId !== siteId || personData === 'off')
      throw new AppError('not_found', 'There is no such worker at this site.');
    return worker;
  };

  return new Hono<AppEnv>()
    .get(path, may('look'), (c) => show(c, null))
    .post(path, may('administer', 'workers.add'), async (c) => {
      const form = await readForm(c);
      const typed = { code: textField(form, 'code'), name: textField(form, 'name') };
      const fault = findFault(typed) ?? (workers.find(siteId, typed.code) ? 'taken' : undefined);
      if (fault) return refuse(c, { fault, rowId: 0, typed });
      await workers.put(siteId, typed);
      // Who somebody is stands in the table of workers alone, so that it can be removed.
      noteChange(c, { target: typed.code });
      return c.redirect(`${path}?done=add`, 303);
    })
    .post(`${one}/rename`, may('administer', 'workers.rename'), async (c) => {
      const { id, code } = find(c);
      const name = textField(await readForm(c), 'name');
      const fault = findFault({ code, name });
      if (fault) return refuse(c, { fault, rowId: id, typed: { code, name } });
      await workers.put(siteId, { code, name });
      noteChange(c, { target: code });
      return c.redirect(`${path}?done=rename`, 303);
    })
    .post(`${one}/remove`, may('administer', 'workers.remove'), async (c) => {
      const { id } = find(c);
      await workers.remove(id);
      noteChange(c, { target: `#${id}` });
      return c.redirect(`${path}?done=remove`, 303);
    });
}

const refusals: Record<Exclude<WorkerFault, 'gone'>, string> = {
  badCode: 'An id has 1 to 100 characters, the same as worker_id of the events.',
  badName: 'A name has at most 150 characters.',
  taken: 'Another worker has that id.',
  tooMany: 'There are too many workers. Remove some first.',
};

function findFault({ code, name }: { code: string; name: string }): WorkerFault | undefined {
  if (code === '' || code.length > longest.code || /\p{Cc}/u.test(code)) return 'badCode';
  return name.length > longest.name || /\p{Cc}/u.test(name) ? 'badName' : undefined;
}

async function showWorkers(
  c: AppContext,
  { workers, sites, personData, renderer }: ResourceDeps,
  refused: WorkersPage['refused'],
): Promise<Response> {
  const search = (c.req.query('q') ?? '').normalize('NFC').trim().slice(0, longest.search);
  const wanted = search.toLowerCase();
  const all = personData === 'off' ? [] : workers.list(sites.own.id);
  const shown = all
    .map(({ id, code, name }) => ({
      id,
      code,
      name: personData === 'names' ? name : '',
      href: `/productivity/workers/${encodeURIComponent(code)}`,
    }))
    .filter(({ code, name }) => `${code}\n${name}`.toLowerCase().includes(wanted));
  const view: WorkersPage = {
    here: path,
    people: personData,
    workers: shown.slice(0, maxShown),
    total: shown.length,
    search,
    refused,
    done: doneOf(c),
    mayChange: await isLetIn(c, 'administer'),
  };
  return renderer.render(c, 'resources/workers', { view }, refused ? 400 : 200);
}
