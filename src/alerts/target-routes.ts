import { Hono } from 'hono';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites } from '../plant/sites.ts';
import { everyId, type Target, type Targets } from '../plant/targets.ts';

export type TargetDeps = {
  targets: Targets;
  names: PlantNames;
  sites: Sites;
  renderer: Renderer;
  clock: Clock;
  /** Targets of every station may have changed. */
  onChanged: () => Promise<void>;
};

/** What can be wrong with the form, by its field. */
const faults = ['yield', 'station', 'part'] as const;

/** Template `alerts/targets`. Null names mean every station or every model. */
export type TargetsPage = {
  here: string;
  targets: {
    station: string | null;
    part: string | null;
    /** 0..1 */
    rate: number;
    setBy: string;
    fromAt: number;
  }[];
  stations: string[];
  parts: string[];
  typed: { station: string; part: string; yield: string };
  fault: (typeof faults)[number] | null;
  done: 'set' | 'remove' | null;
};

const longestText = 255;

/** The page of target yields: everybody looks, an administrator sets them. */
export function targetRoutes(deps: TargetDeps): Hono<AppEnv> {
  const { targets, names, sites, renderer, clock, onChanged } = deps;
  const siteId = sites.own.id;

  return new Hono<AppEnv>()
    .get('/targets', may('look'), (c) => {
      const asked = (name: string) => (c.req.query(name) ?? '').slice(0, longestText);
      const view: TargetsPage = {
        here: '/targets',
        targets: targets.listInForce(clock.now(), siteId).map((target) => targetLine(target, names)),
        stations: names.listStations(siteId).map(({ name }) => name),
        parts: names.listParts().map(({ name }) => name),
        typed: { station: asked('station'), part: asked('part'), yield: asked('yield') },
        fault: faults.find((fault) => fault === asked('fault')) ?? null,
        done: (['set', 'remove'] as const).find((done) => done === asked('done')) ?? null,
      };
      return renderer.render(c, 'alerts/targets', { view });
    })
    .post('/targets', may('administer', 'target.set'), async (c) => {
      const form = await readForm(c);
      const text = (name: string) =>
        (typeof form[name] === 'string' ? form[name] : '').trim().slice(0, longestText);
      const typed = { station: text('station'), part: text('part'), yield: text('yield') };
      const isRemoval = text('remove') !== '';
      const stationId = typed.station === '' ? everyId : names.findStationId(typed.station, siteId);
      const partId = typed.part === '' ? everyId : names.findPartId(typed.part);
      // In percent, with a comma or a point.
      const rate = isRemoval ? null : Number(typed.yield.replace(',', '.').replace(/\s*%$/, '')) / 100;
      const refuse = (fault: (typeof faults)[number]) =>
        c.redirect(`/targets?${new URLSearchParams({ ...typed, fault })}`, 303);
      if (stationId === undefined) return refuse('station');
      if (partId === undefined) return refuse('part');
      if (rate !== null && !(rate > 0 && rate < 1)) return refuse('yield');
      const scope = { siteId, stationId, partId };
      const before = targets
        .listInForce(clock.now(), siteId)
        .find((row) => row.stationId === stationId && row.partId === partId);
      await targets.set(scope, { yield: rate, by: nameOfPrincipal(c.get('principal')) });
      noteChange(c, {
        target: [typed.station || '*', typed.part || '*'].join(' / '),
        before: { yield: before?.yield ?? null },
        after: { yield: rate },
      });
      await onChanged();
      return c.redirect(`/targets?done=${isRemoval ? 'remove' : 'set'}`, 303);
    });
}

function targetLine(target: Target, names: PlantNames): TargetsPage['targets'][number] {
  return {
    station: target.stationId === everyId ? null : names.stationName(target.stationId),
    part: target.partId === everyId ? null : names.partName(target.partId),
    rate: target.yield ?? 0,
    setBy: target.setBy,
    fromAt: target.fromAt,
  };
}
