/**
 * Templates and their data:
 *   predictions/page    PredictionsPage
 *   predictions/_list   PredictionsView   (GET /predictions/list, container #predictions-list)
 *   predictions/detail  PredictionPage
 *   predictions/models  ModelsPage
 */
import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import { sendPlaceholder } from '../../kernel/images/placeholder.ts';
import { sendThumbnail } from '../../kernel/images/thumbnails/send-thumbnail.ts';
import { ladderSpec } from '../../kernel/images/thumbnails/thumbnail.ts';
import { resolveInside } from '../../kernel/storage/confine.ts';
import type { Fragment } from '../../kernel/stream/fragment.ts';
import {
  fragmentViewer,
  type PageFragments,
  renderFragment,
  renderFragments,
} from '../../kernel/stream/page-fragments.ts';
import type { Topics } from '../../kernel/stream/topics.ts';
import { isOfShifts, linkTime, type PageQuery, periods } from '../../plant/links.ts';
import type { FilterForm } from '../../plant/page-filters.ts';
import { type PeriodSteps, periodSteps } from '../../plant/period-steps.ts';
import { parsePageWindow, type TimeWindow } from '../../plant/time-window.ts';
import { findPrediction, readPlace, sendImage, writePlace } from '../api/prediction-routes.ts';
import type { PredictionDeps } from '../deps.ts';
import type { Prediction } from '../model.ts';
import type { PredictionFilter, PredictionSums } from '../queries/prediction-queries.ts';
import type { PredictionModel } from '../recording/prediction-models.ts';
import { type DrawnBox, drawBoxes } from './draw-boxes.ts';

const path = '/predictions';
const perPage = 60;
const thumbWidth = 320;

export type PredictionPageDeps = PredictionDeps & { renderer: Renderer; topics: Topics };

type Asked = {
  window: TimeWindow;
  query: PageQuery;
  isReversed: boolean;
  /** What narrows the list, as the address has it; '' for all. */
  narrowed: { result: '' | 'defect' | 'good'; model: string; type: string; station: string; before: string };
  filter: PredictionFilter;
};

export type PredictionsView = {
  /** Why images cannot be stored now; null while they can. */
  fault: string | null;
  sums: PredictionSums;
  rows: Prediction[];
  /** The page of older ones; null on the last. */
  olderHref: string | null;
  isFirst: boolean;
  firstHref: string;
  /** Nothing was ever logged. */
  isEmpty: boolean;
  hrefOf: Record<number, string>;
};

export type PredictionsPage = {
  live: PageFragments<'list'>;
  filters: FilterForm;
  steps: PeriodSteps;
  window: TimeWindow;
  models: PredictionModel[];
  types: string[];
  stations: string[];
  narrowed: Asked['narrowed'];
  carried: [string, string][];
  here: string;
};

export type PredictionPage = {
  prediction: Prediction;
  boxes: DrawnBox[];
  backHref: string;
  here: string;
};

export type ModelsPage = {
  rows: (PredictionModel & { sums: PredictionSums; href: string })[];
  here: string;
};

/** `/predictions`: what models said, with its images; `/predictions/<id>`; `/predictions/models`. */
export function predictionPages(deps: PredictionPageDeps): Hono<AppEnv> {
  const { renderer, topics, queries, models, clock, wallClock } = deps;
  const timeZone = wallClock.timeZone;
  topics.define({
    path: `${path}/list`,
    events: ['predictions.recorded', 'retention.changed'],
    everyMs: 60_000,
    render: (query, { lang }) => renderList(deps, query, { ...fragmentViewer(query, lang), timeZone }),
  });
  return new Hono<AppEnv>()
    .get(path, may('look'), async (c) => {
      const asked = readAsked(deps, new URL(c.req.url).searchParams, c.get('kiosk'));
      const { narrowed, query, window } = asked;
      const sums = await queries.sum(window);
      const view: PredictionsPage = {
        live: await renderFragments(topics, { list: hrefOf(`${path}/list`, asked) }, c.get('lang')),
        filters: {
          action: path,
          query,
          sites: null,
          stations: null,
          parts: null,
          periods: periods.filter((one) => !isOfShifts(one)),
          start: wallClock.fieldText(window.startAt),
          end: wallClock.fieldText(window.endAt),
          startOffset: wallClock.offsetText(window.startAt),
          endOffset: wallClock.offsetText(window.endAt),
          isReversed: asked.isReversed,
          carried: Object.entries(withoutPlace(narrowed)).filter(([, value]) => value !== ''),
        },
        steps: periodSteps(query, window, { now: clock.now(), wallClock, shifts: undefined }, (to) =>
          hrefOf(path, { query: to, narrowed: { ...narrowed, before: '' } }),
        ),
        window,
        models: models.list(),
        types: Object.keys(sums.defectTypes).sort(),
        stations: await queries.listStations(window),
        narrowed,
        carried: Object.entries(periodFields(query)),
        here: hrefOf(path, asked),
      };
      return renderer.render(c, 'predictions/page', { view, timeZone });
    })
    .get(`${path}/models`, may('look'), async (c) => {
      const window = { startAt: 0, endAt: clock.now() + 1 };
      const rows = await Promise.all(
        models.list().map(async (model) => ({
          ...model,
          sums: await queries.sum(window, [model.id]),
          href: `${path}?${new URLSearchParams({ period: '1w', model: String(model.id) })}`,
        })),
      );
      return renderer.render(c, 'predictions/models', {
        view: { rows, here: `${path}/models` } satisfies ModelsPage,
        timeZone,
      });
    })
    .get(`${path}/:id{[0-9]{1,15}}`, may('look'), async (c) => {
      const prediction = await findPrediction(deps, c.req.param('id'));
      const search = new URL(c.req.url).searchParams.get('from') ?? '';
      const view: PredictionPage = {
        prediction,
        boxes: drawBoxes(prediction.boxes),
        backHref: search === '' ? path : `${path}?${new URLSearchParams(search)}`,
        here: `${path}/${prediction.id}`,
      };
      return renderer.render(c, 'predictions/detail', { view, timeZone });
    })
    .get(`${path}/:id{[0-9]{1,15}}/thumb`, may('look'), async (c) =>
      sendThumb(c, deps, await findPrediction(deps, c.req.param('id'))),
    )
    .get(`${path}/:id{[0-9]{1,15}}/image`, may('look'), async (c) =>
      sendImage(c, deps, await findPrediction(deps, c.req.param('id'))),
    );
}

/** A small picture, drawn once; where the file cannot be shown, a picture that says so. */
async function sendThumb(
  c: AppContext,
  { files, thumbnails }: PredictionDeps,
  prediction: Prediction,
): Promise<Response> {
  const { imagePath, imageGoneAt } = prediction;
  if (imagePath === null || imageGoneAt !== null)
    throw new AppError('not_found', 'This prediction has no image, or no longer.');
  const answer = await thumbnails.get({
    key: `prediction ${prediction.id}\n${files.dir}\n${imagePath}`,
    spec: ladderSpec(thumbWidth, 'image/webp'),
    locate: async () => {
      const found = await resolveInside(files.dir, files.pathOf(imagePath));
      if (found.ok) return { ok: true, realPath: found.realPath, root: files.dir };
      return { ok: false, reason: 'missing', message: 'the file is missing' };
    },
  });
  if (answer.ok) return sendThumbnail(c, answer, 'immutable');
  const isBusy = answer.reason === 'busy';
  return sendPlaceholder(c, {
    reason: answer.reason,
    text: c.get('t')(isBusy ? 'predictions.drawing' : 'predictions.imageMissing'),
    width: thumbWidth,
    height: thumbWidth * 0.75,
    ...(isBusy && { status: 503 as const }),
  });
}

/** @throws AppError 'invalid' naming the field of a malformed period, time or choice. */
function readAsked(
  { clock, wallClock, models }: PredictionPageDeps,
  search: URLSearchParams,
  kiosk: boolean,
): Asked {
  const asked = new URLSearchParams(search);
  if (!asked.get('period') && !asked.has('start') && !asked.has('end')) asked.set('period', '1d');
  const { period, isReversed, ...window } = parsePageWindow(asked, clock.now(), wallClock, undefined);
  const text = (name: string) => (search.get(name) ?? '').slice(0, 255);
  const result = text('result');
  if (result !== '' && result !== 'defect' && result !== 'good')
    throw new AppError('invalid', `result is "${result.slice(0, 40)}"; it is defect, good or left out.`, {
      details: { field: 'result' },
    });
  const narrowed = {
    result,
    model: text('model'),
    type: text('type'),
    station: text('station'),
    before: text('before'),
  } as const;
  const model = models.list().find(({ id }) => String(id) === narrowed.model);
  return {
    window,
    isReversed,
    query: {
      period,
      ...(period === 'custom'
        ? { start: linkTime(window.startAt, wallClock), end: linkTime(window.endAt, wallClock) }
        : {}),
      kiosk,
    },
    narrowed,
    filter: {
      window,
      isDefect: result === '' ? undefined : result === 'defect',
      defectType: narrowed.type || undefined,
      modelIds: narrowed.model === '' ? undefined : model ? [model.id] : [],
      station: narrowed.station || undefined,
    },
  };
}

function withoutPlace({ before: _before, ...narrowed }: Asked['narrowed']): Record<string, string> {
  return narrowed;
}

function periodFields(query: PageQuery): Record<string, string> {
  return {
    period: query.period,
    ...(query.period === 'custom' && query.start ? { start: query.start } : {}),
    ...(query.period === 'custom' && query.end ? { end: query.end } : {}),
  };
}

function hrefOf(to: string, { query, narrowed }: Pick<Asked, 'query' | 'narrowed'>): string {
  const search = new URLSearchParams(periodFields(query));
  if (query.kiosk) search.set('kiosk', '1');
  for (const [key, value] of Object.entries(narrowed)) if (value !== '') search.set(key, value);
  return `${to}?${search}`;
}

async function renderList(
  deps: PredictionPageDeps,
  search: URLSearchParams,
  viewer: Parameters<typeof renderFragment>[1],
): Promise<Fragment> {
  const { queries, renderer, models } = deps;
  const asked = readAsked(deps, search, search.get('kiosk') === '1');
  const { narrowed, filter } = asked;
  const from = readPlace(narrowed.before);
  const found = await queries.list(filter, { limit: perPage + 1, from });
  const rows = found.slice(0, perPage);
  const last = rows.at(-1);
  const back = hrefOf('', asked).slice(1);
  const sums = await queries.sum(asked.window, filter.modelIds);
  const view: PredictionsView = {
    fault: deps.files.fault(),
    sums,
    rows,
    olderHref:
      found.length > perPage && last
        ? hrefOf(path, { ...asked, narrowed: { ...narrowed, before: writePlace(last) } })
        : null,
    isFirst: from === undefined,
    firstHref: hrefOf(path, { ...asked, narrowed: { ...narrowed, before: '' } }),
    isEmpty: models.list().length === 0 && sums.predictions === 0 && rows.length === 0,
    hrefOf: Object.fromEntries(
      rows.map(({ id }) => [id, `${path}/${id}?${new URLSearchParams({ from: back })}`]),
    ),
  };
  return renderFragment(renderer, viewer, {
    containerId: 'predictions-list',
    template: 'predictions/_list',
    view,
  });
}
