import { Hono } from 'hono';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../kernel/http/guards/may.ts';
import { secondMs } from '../kernel/time/durations.ts';
import type { ResourceDeps } from './deps.ts';
import { doneOf, textField, wantsPage } from './form-fields.ts';
import type { ModelFault, ModelsPage } from './views.ts';

const path = '/plant/models';
/** Shown at a time. */
const maxShown = 500;
const longestName = 255;
const longestCycleSec = 86_400;

/** `/plant/models`: product models and how long one unit takes ideally, of a model, a station, both, or all. */
export function modelRoutes(deps: ResourceDeps): Hono<AppEnv> {
  const { names, cycles, sites } = deps;
  const siteId = sites.own.id;
  const refuse = (c: AppContext, refused: NonNullable<ModelsPage['refused']>) => {
    if (!wantsPage(c)) throw new AppError('invalid', refusals[refused.fault]);
    return showModels(c, deps, refused);
  };

  return new Hono<AppEnv>()
    .get(path, may('look'), (c) => showModels(c, deps, null))
    .post(path, may('administer', 'models.add'), async (c) => {
      const model = textField(await readForm(c), 'model');
      const typed = { model, station: '', seconds: '' };
      if (model === '' || model.length > longestName || /\p{Cc}/u.test(model))
        return refuse(c, { fault: 'badName', rowId: 1, typed });
      if (names.findPartId(model) !== undefined) return refuse(c, { fault: 'known', rowId: 1, typed });
      await names.ensurePart(model);
      noteChange(c, { target: model });
      return c.redirect(`${path}?done=add`, 303);
    })
    .post(`${path}/cycle`, may('administer', 'cycles.set'), async (c) => {
      const form = await readForm(c);
      const typed = {
        model: textField(form, 'model'),
        station: textField(form, 'station'),
        seconds: textField(form, 'seconds'),
      };
      const isRemoved = form.remove !== undefined;
      const partId = typed.model === '' ? 0 : names.findPartId(typed.model);
      const stationId = Number(typed.station) || 0;
      const seconds = Number(typed.seconds.replace(',', '.'));
      const isTime = isRemoved || (seconds > 0 && seconds <= longestCycleSec);
      if (partId === undefined) return refuse(c, { fault: 'badModel', rowId: 0, typed });
      if (stationId !== 0 && !stationsOf(deps).some(({ id }) => id === stationId))
        return refuse(c, { fault: 'badStation', rowId: 0, typed });
      if (!isTime) return refuse(c, { fault: 'badSeconds', rowId: 0, typed });
      const scope = { siteId, stationId, partId };
      const before = cycles.listInForce(deps.clock.now(), siteId).find((row) => isSame(row, scope));
      const cycleMs = isRemoved ? null : seconds * secondMs;
      await cycles.set(scope, { cycleMs, by: nameOfPrincipal(c.get('principal')) });
      await deps.renewPlant();
      noteChange(c, {
        target: [typed.model || '*', stationId === 0 ? '*' : names.stationName(stationId)].join(' · '),
        before: before?.cycleMs ?? null,
        after: cycleMs,
      });
      return c.redirect(`${path}?done=${isRemoved ? 'remove' : 'set'}`, 303);
    });
}

const refusals: Record<ModelFault, string> = {
  badModel: 'There is no such model. Add it first.',
  badStation: 'There is no such station.',
  badSeconds: 'Give the seconds that one unit takes, such as 12.5; at most a day.',
  badName: 'A model has 1 to 255 characters.',
  known: 'There is a model of that name already.',
};

function isSame(a: { stationId: number; partId: number }, b: { stationId: number; partId: number }): boolean {
  return a.stationId === b.stationId && a.partId === b.partId;
}

/** Stations on the pages, and workstations that only events know. */
function stationsOf({ names, workstations, sites }: ResourceDeps): { id: number; name: string }[] {
  const siteId = sites.own.id;
  const unlinked = workstations.list(siteId).filter(({ stationId, shownAs }) => stationId === shownAs);
  return [
    ...names.listStations(siteId).map(({ id, name }) => ({ id, name })),
    ...new Map(
      unlinked.map(({ stationId, name, code }) => [stationId, { id: stationId, name: `${name} (${code})` }]),
    ).values(),
  ];
}

async function showModels(
  c: AppContext,
  deps: ResourceDeps,
  refused: ModelsPage['refused'],
): Promise<Response> {
  const { names, cycles, sites, renderer, clock } = deps;
  const inForce = cycles.listInForce(clock.now(), sites.own.id);
  const models = names.listParts();
  const view: ModelsPage = {
    here: path,
    cycles: inForce
      .toSorted(
        (a, b) =>
          Number(a.partId !== 0) - Number(b.partId !== 0) || a.partId - b.partId || a.stationId - b.stationId,
      )
      .map(({ stationId, partId, cycleMs, setBy, fromAt }) => ({
        model: partId === 0 ? null : names.partName(partId),
        station: stationId === 0 ? null : names.stationName(stationId),
        partId,
        stationId,
        seconds: (cycleMs ?? 0) / secondMs,
        setBy,
        fromAt,
      })),
    models: models.slice(0, maxShown).map(({ id, name }) => {
      const found = inForce.find((row) => isSame(row, { stationId: 0, partId: id }));
      return { id, name, seconds: found?.cycleMs == null ? null : found.cycleMs / secondMs };
    }),
    total: models.length,
    stations: stationsOf(deps),
    refused,
    done: doneOf(c),
    mayChange: await isLetIn(c, 'administer'),
  };
  return renderer.render(c, 'resources/models', { view }, refused ? 400 : 200);
}
