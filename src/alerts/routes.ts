import { Hono } from 'hono';
import { z } from 'zod';
import { nameOfPrincipal } from '../kernel/auth/principal.ts';
import { AppError } from '../kernel/errors.ts';
import { documented } from '../kernel/http/api-doc.ts';
import { redirectBack } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';
import { may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment, renderFragments, topicOf } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites } from '../plant/sites.ts';
import { type AlarmEpisodes, maxNoteLength } from './alarm-episodes.ts';
import { type AlarmRef, alarmKeys } from './model.ts';
import { type AlertsPage, type AlertsView, alarmView } from './views.ts';

export type AlertDeps = {
  alarms: AlarmEpisodes;
  names: PlantNames;
  sites: Sites;
  /** Whether all images of a station are the demo plant's. */
  isDemo(stationId: number): boolean;
  renderer: Renderer;
  topics: Topics;
  /** Alarms of a station were changed by hand: it is judged again and pages follow. */
  onChanged: (stationIds: readonly number[]) => Promise<void>;
};

const shownEnded = 50;
const shownOpen = 200;

const ref = {
  station: z.string().describe('Id of the station'),
  alarm: z.enum(alarmKeys),
  raised: z.string().describe('When it was raised, epoch ms'),
  back: z.string().optional(),
};

const acknowledgeDoc = documented({
  tag: 'Forms of the pages',
  summary: 'Acknowledge an alarm',
  answer: '',
  status: 303,
  form: z.object({ ...ref, note: z.string().optional() }),
  refusals: ['invalid', 'unauthorized', 'forbidden', 'not_found'],
  example: {
    path: '/alerts/acknowledge',
    form: { station: '1', alarm: 'ngBurst', raised: '1', note: 'seen' },
  },
});

const acceptDoc = documented({
  tag: 'Forms of the pages',
  summary: 'Accept the level of a station as its new normal',
  answer: '',
  status: 303,
  form: z.object({ ...ref, from: z.string().describe('From when on, local time of the site') }),
  refusals: ['invalid', 'unauthorized', 'forbidden', 'not_found'],
  example: {
    path: '/alerts/accept',
    form: { station: '1', alarm: 'usualYield', raised: '1', from: '2025-09-06T10:00' },
  },
});

/** The page of alarms, and what a person can do with one: acknowledge it, or accept the level as normal. */
export function alertRoutes(deps: AlertDeps): Hono<AppEnv> {
  const { alarms, sites, renderer, topics, onChanged } = deps;
  topics.define({
    path: '/alerts/list',
    events: ['alarms.changed'],
    render: async (query, { lang }): Promise<Fragment> =>
      renderFragment(renderer, fragmentViewer(query, lang), {
        containerId: 'alerts-list',
        template: 'alerts/_list',
        view: await readAlarms(deps),
      }),
  });
  return new Hono<AppEnv>()
    .get('/alerts', may('look'), async (c) => {
      const wanted = { list: topicOf('/alerts/list', c.get('kiosk')) };
      const view: AlertsPage = {
        here: topicOf('/alerts', c.get('kiosk')),
        live: await renderFragments(topics, wanted, c.get('lang')),
      };
      return renderer.render(c, 'alerts/page', { view });
    })
    .post('/alerts/acknowledge', may('operate', 'alarm.acknowledge'), acknowledgeDoc, async (c) => {
      const form = await readForm(c);
      const asked = readRef(form, deps);
      const note = textOf(form.note).trim().slice(0, maxNoteLength);
      await alarms.acknowledge(asked, { name: nameOfPrincipal(c.get('principal')), note });
      noteChange(c, { target: targetText(asked, deps), after: { note } });
      await onChanged([asked.stationId]);
      return redirectBack(c, '/alerts');
    })
    .post('/alerts/accept', may('operate', 'alarm.accept'), acceptDoc, async (c) => {
      const form = await readForm(c);
      const asked = readRef(form, deps);
      const fromAt = sites.wallClock.parse(textOf(form.from));
      if (fromAt === undefined) {
        throw new AppError(
          'invalid',
          'The time from which on the level is normal is missing, as 2025-09-06T10:21.',
          {
            details: { field: 'from' },
          },
        );
      }
      await alarms.accept(asked, { name: nameOfPrincipal(c.get('principal')), fromAt });
      noteChange(c, {
        target: targetText(asked, deps),
        after: { normalFrom: sites.wallClock.format(fromAt, 'iso') },
      });
      await onChanged([asked.stationId]);
      return redirectBack(c, '/alerts');
    });
}

async function readAlarms(deps: AlertDeps): Promise<AlertsView> {
  const shown = (list: Awaited<ReturnType<AlarmEpisodes['listOpen']>>) =>
    list.map((alarm) => alarmView(alarm, '/alerts', deps));
  const open = await deps.alarms.listOpen();
  open.sort((a, b) => alarmKeys.indexOf(a.key) - alarmKeys.indexOf(b.key) || b.raisedAt - a.raisedAt);
  return {
    open: shown(open.slice(0, shownOpen)),
    ended: shown(await deps.alarms.listEnded({}, shownEnded)),
  };
}

/** @throws AppError 'invalid' naming the field, or 'not_found' for a station of another site. */
function readRef(form: Record<string, unknown>, { names, sites }: AlertDeps): AlarmRef {
  const key = alarmKeys.find((known) => known === form.alarm);
  const stationId = Number(textOf(form.station));
  const raisedAt = Number(textOf(form.raised));
  const field = key === undefined ? 'alarm' : Number.isSafeInteger(raisedAt) ? null : 'raised';
  if (key === undefined || field !== null) {
    throw new AppError('invalid', `The ${field} of this form names no alarm.`, { details: { field } });
  }
  const isOwn = names.listStations(sites.own.id).some(({ id }) => id === names.shownAs(stationId));
  if (!isOwn)
    throw new AppError('not_found', 'This site has no such station. Its alarms are kept at its own site.');
  return { stationId, key, raisedAt };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function targetText({ stationId, key }: AlarmRef, { names }: AlertDeps): string {
  return `${names.stationName(stationId)}: ${key}`;
}
