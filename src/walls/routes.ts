import { Hono } from 'hono';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import { renderFragmentsApart } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import { isOfShifts } from '../plant/links.ts';
import { findWallTile, type WallTileKind, wallTileElementId, wallTopic } from '../plant/walls/wall-tile.ts';
import { usualDwellSec, type Wall, type WallPeriod, type WallPlan, wallHref } from './model.ts';
import { findFault, type ReadForm, readWallForm } from './read-wall-form.ts';
import type { RecordWalls } from './record-walls.ts';
import {
  type TypedWall,
  typedOf,
  type WallEditPage,
  type WallFault,
  type WallsPage,
  type WallView,
  wallForm,
  wallLine,
  wallPages,
} from './views.ts';

export type WallDeps = {
  walls: RecordWalls;
  /** What can hang on a wall, in the order offered. */
  kinds: readonly WallTileKind[];
  /** Whether the site has a shift of this period now, so that a wall can show it. */
  hasShift: (period: 'shift' | 'last-shift') => boolean;
  /** Settings of the script of live pictures. */
  feed: object;
  renderer: Renderer;
  topics: Topics;
};

const versionPath = '/wall-version';
const nothing: TypedWall = { name: '', period: '1h', dwellSec: usualDwellSec, tiles: [] };

/** Walls: the list with the form that makes one, each as it hangs, and its form. */
export function wallRoutes(deps: WallDeps): Hono<AppEnv> {
  const { walls, kinds, renderer, topics } = deps;
  topics.define({
    path: versionPath,
    events: ['walls.changed'],
    everyMs: 60_000,
    render: async (query) => {
      const wall = (await walls.list()).find(({ id }) => String(id) === query.get('id'));
      const version = wall ? `${wall.changedAt} ${periodNow(deps, wall)}` : 'gone';
      const html = `<i data-wall-version="${version}"></i>`;
      return { containerId: 'wall-version', parts: [], html };
    },
  });

  const showList = async (
    c: AppContext,
    { typed = nothing, fault = null }: { typed?: TypedWall; fault?: WallFault | null },
    status: 200 | 400,
  ) => {
    const view: WallsPage = {
      here: '/wall',
      walls: (await walls.list()).map(wallLine),
      form: wallForm(deps, typed, '/wall', null),
      fault,
      done: c.req.query('done') === 'remove' ? 'remove' : null,
      mayMake: await isLetIn(c, 'operate'),
    };
    return renderer.render(c, 'walls/list', { view }, status);
  };
  const showForm = async (c: AppContext, wall: Wall, typed: TypedWall, fault: WallFault | null) => {
    const view: WallEditPage = {
      here: `${wallHref(wall.name)}/edit`,
      name: wall.name,
      href: wallHref(wall.name),
      form: wallForm(deps, typed, wallHref(wall.name), wall.changedAt),
      fault,
      mayMake: await isLetIn(c, 'operate'),
    };
    return renderer.render(c, 'walls/edit', { view }, fault === null ? 200 : 400);
  };
  /** Answers what is wrong with the form, and writes where nothing is. */
  const save = async (c: AppContext, form: ReadForm, before: Wall | undefined) => {
    const { plan } = form;
    const by = nameOfPrincipal(c.get('principal'));
    const check = (all: readonly Wall[]) => findFault(form, all, before?.id);
    const fault =
      before === undefined
        ? await walls.add(plan, by, check)
        : await walls.change(before.id, plan, by, check);
    if (fault === null)
      noteChange(c, { target: plan.name, before: before && auditOf(before), after: auditOf(plan) });
    return fault;
  };

  return new Hono<AppEnv>()
    .get('/wall', may('look'), (c) => showList(c, {}, 200))
    .post('/wall', may('operate', 'walls.add'), async (c) => {
      const form = readWallForm(await readForm(c), kinds);
      const fault = await save(c, form, undefined);
      if (fault) return showList(c, { typed: form.plan, fault }, 400);
      return c.redirect(wallHref(form.plan.name), 303);
    })
    .get('/wall/:name', may('look'), async (c) => {
      const wall = await findWall(walls, c.req.param('name'));
      const view = await readWall(deps, wall, c);
      return renderer.render(c, 'walls/wall', { view, kiosk: true });
    })
    .get('/wall/:name/edit', may('look'), async (c) => {
      const wall = await findWall(walls, c.req.param('name'));
      return showForm(c, wall, typedOf(wall), null);
    })
    .post('/wall/:name', may('operate', 'walls.change'), async (c) => {
      const wall = await findWall(walls, c.req.param('name'));
      const form = readWallForm(await readForm(c), kinds);
      const fault = await save(c, form, wall);
      if (fault) return showForm(c, await findWall(walls, wall.name), form.plan, fault);
      const to = wallHref(form.plan.name);
      return c.redirect(form.isToStay ? `${to}/edit` : to, 303);
    })
    .post('/wall/:name/remove', may('operate', 'walls.remove'), async (c) => {
      const wall = await findWall(walls, c.req.param('name'));
      await walls.remove(wall.id);
      noteChange(c, { target: wall.name, before: auditOf(wall) });
      return c.redirect('/wall?done=remove', 303);
    });
}

async function findWall(walls: RecordWalls, name: string): Promise<Wall> {
  const wall = await walls.find(name);
  if (wall !== undefined) return wall;
  throw new AppError('not_found', `There is no wall "${name.slice(0, 100)}". Walls are listed at /wall.`);
}

/** Every tile with its fragment as the stream renders it. One that cannot be rendered takes no other with it. */
async function readWall(deps: WallDeps, wall: Wall, c: AppContext): Promise<WallView> {
  const { kinds, topics } = deps;
  const lang = c.get('lang');
  const period = periodNow(deps, wall);
  const kindOf = (href: string) => kinds.find(({ path }) => path === href.split('?', 1)[0]);
  // A station that was merged into another hangs once.
  const present = new Map(
    wall.tiles.flatMap((row) => {
      const found = findWallTile(kinds, row.href);
      return found === undefined ? [] : [[found.href, { row, found }] as const];
    }),
  );
  const wanted = (isStreamed: boolean) =>
    Object.fromEntries(
      [...present.keys()]
        .filter((href) => kindOf(href)?.isStreamed === isStreamed)
        .map((href) => [href, wallTopic(href, period)]),
    );
  const onFault = (err: unknown, topic: string) =>
    c.get('log')?.error({ err, topic }, 'A tile of a wall cannot be shown');
  const version = wallVersionTopic(wall.id);
  const streamed = await renderFragmentsApart(
    topics,
    { ...wanted(true), [version]: version },
    { lang, onFault },
  );
  const { html: others } = await renderFragmentsApart(topics, wanted(false), { lang, onFault });
  const html: Record<string, string | undefined> = { ...streamed.html, ...others };
  const pages = wallPages(
    wall.tiles.map((row) => {
      const href = [...present].find(([, tile]) => tile.row === row)?.[0];
      const shown = href === undefined ? undefined : html[href];
      return {
        row,
        elementId: wallTileElementId(href ?? row.href),
        html: shown,
        isFailed: href !== undefined && shown === undefined,
      };
    }),
  );
  const asked = Number(c.req.query('page') ?? '1');
  return {
    here: wallHref(wall.name),
    name: wall.name,
    period,
    pages,
    version: html[version] ?? '',
    page: Number.isInteger(asked) ? Math.min(Math.max(asked, 1), Math.max(pages.length, 1)) : 1,
    dwellSec: wall.dwellSec,
    styles: [...new Set([...present.keys()].flatMap((href) => kindOf(href)?.styles ?? []))],
    editHref: `${wallHref(wall.name)}/edit`,
    live: { stream: streamed.stream },
    feed: wall.tiles.some(({ href }) => kindOf(href)?.isStreamed === false) ? deps.feed : null,
  };
}

/** What the figures of a wall cover now: a screen goes on when the shifts it followed are removed, and comes back. */
function periodNow({ hasShift }: Pick<WallDeps, 'hasShift'>, { period }: Wall): WallPeriod {
  return isOfShifts(period) && !hasShift(period) ? 'today' : period;
}

/** Says when a wall was changed, for screens that show it. */
function wallVersionTopic(id: number): string {
  return `${versionPath}?id=${id}`;
}

/** What the audit log keeps of a wall. */
function auditOf({ name, period, tiles }: WallPlan): object {
  return { name, period, tiles: tiles.map(({ href }) => href) };
}
