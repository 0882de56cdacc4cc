import { Readable } from 'node:stream';
import { Hono } from 'hono';
import type { z } from 'zod';
import { parseKeyset, writeKeyset } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import { csvResponse } from '../../kernel/http/csv.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { bodySizeLimit } from '../../kernel/http/guards/limits.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { readJson } from '../../kernel/http/json-body.ts';
import { sendFile } from '../../kernel/images/send-file.ts';
import { openInside } from '../../kernel/storage/confine.ts';
import { minuteMs, secondMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { PredictionDeps } from '../deps.ts';
import type { Prediction } from '../model.ts';
import type { PredictionFilter, PredictionPlace } from '../queries/prediction-queries.ts';
import { fromEdge, instantOf, parsePrediction } from '../recording/parse-prediction.ts';
import type { PredictionOutcome, PredictionToRecord } from '../recording/prediction-recorder.ts';
import { predictionDocs as docs, type ExportFormat, exportFormats, type listQuery } from './api-docs.ts';
import { type ReceivedPrediction, readPrediction, readSent } from './read-prediction.ts';
import { toWire, type WirePrediction } from './wire-prediction.ts';

/** Addresses whose bodies have a limit of their own. */
export const predictionPaths = ['/api/predictions', '/api/predictions/batch', '/log'];
const maxBatch = 10_000;
/** Of a batch, so many have a file open at a time. */
const atOnce = 250;
const sameId = 'This image_id came before with other content.';
const rowsPerRead = 500;
const megabyte = 1024 * 1024;

type Asked = Omit<z.output<typeof listQuery>, 'limit' | 'before'>;

/** The interface of the vision logger (contract S3). */
export function predictionRoutes(deps: PredictionDeps): Hono<AppEnv> {
  const { recorder, files, queries, maxImageBytes } = deps;
  // Base64 takes a third more, and the fields around it little.
  const limit = bodySizeLimit(Math.ceil(maxImageBytes * 1.4) + megabyte);
  const send = may('ingest:predictions');
  const app = new Hono<AppEnv>()
    .post('/api/predictions', send, docs.send, limit, async (c) => {
      const received = await readPrediction(c, files, { maxImageBytes });
      const [recorded] = await recorder.record([await check(deps, received)]);
      if (recorded?.status !== 'fulfilled') throw recorded?.reason;
      const outcome = recorded.value;
      if (outcome.status === 'conflict')
        throw new AppError('conflict', sameId, { details: { field: 'image_id' } });
      const found = await queries.find(outcome.id);
      if (found === undefined) throw new Error(`No row of the prediction ${outcome.id} just written`);
      return c.json(toWire(found), outcome.status === 'recorded' ? 201 : 200);
    })
    .post('/api/predictions/batch', send, docs.sendBatch, limit, async (c) => {
      const body = await readJson(c);
      const list = Array.isArray(body) ? body : (body as { predictions?: unknown } | null)?.predictions;
      const { good, errors, total } = await recordMany(deps, list);
      return c.json(
        {
          message: `${good}/${total} predictions logged`,
          success_count: good,
          total_count: total,
          failed_count: errors.length,
          failed_indices: errors.map(({ index }) => index),
          errors,
        },
        201,
      );
    })
    .post('/log', send, docs.log, limit, async (c) => {
      const body = (await readJson(c)) as { predictions?: unknown; edge_device_id?: unknown } | null;
      const list = body?.predictions;
      const { good, errors, total } = await recordMany(
        deps,
        Array.isArray(list) ? list.map((one) => fromEdge(one, body?.edge_device_id)) : list,
      );
      return c.json({
        status: errors.length === 0 ? 'success' : 'partial',
        predictions_stored: good,
        batch_size: total,
        timestamp: deps.clock.now() / secondMs,
        errors,
      });
    })
    .get('/api/predictions', may('look'), docs.list, async (c) => {
      const { limit: most, before, ...asked } = c.req.valid('query');
      const found = await queries.list(filterOf(deps, asked), { limit: most + 1, from: readPlace(before) });
      const page = found.slice(0, most);
      const last = page.at(-1);
      return c.json({
        predictions: page.map(toWire),
        next: found.length > most && last ? writePlace(last) : null,
      });
    })
    .get('/api/predictions/:id{[0-9]+}', may('look'), docs.one, async (c) =>
      c.json(toWire(await findPrediction(deps, c.req.param('id')))),
    )
    .get('/api/predictions/:id{[0-9]+}/image', may('look'), docs.image, async (c) =>
      sendImage(c, deps, await findPrediction(deps, c.req.param('id'))),
    )
    .get('/api/statistics', may('look'), docs.statistics, async (c) => {
      const { rolling_window_minutes: minutes, ...asked } = c.req.valid('query');
      const now = deps.clock.now();
      const window = windowOf(asked) ?? { startAt: 0, endAt: now + 10 * minuteMs };
      const sums = await queries.sum(window);
      const images = await queries.sumImages();
      return c.json({
        total_predictions: sums.predictions,
        defects_found: sums.defects,
        no_defects: sums.predictions - sums.defects,
        defect_rate: percent(sums.defects, sums.predictions),
        average_confidence: sums.averageConfidence ?? 0,
        defect_types: sums.defectTypes,
        storage: {
          total_images: images.images,
          defect_images: images.defectImages,
          no_defect_images: images.images - images.defectImages,
          total_size_mb: Math.round((images.bytes / megabyte) * 100) / 100,
        },
        ...(minutes !== undefined && (await rolling(deps, Math.min(window.endAt, now + 1), minutes))),
      });
    });
  for (const format of exportFormats)
    app.get(`/api/export/predictions.${format}`, may('look'), docs.export[format], (c) =>
      sendExport(c, deps, { format, filter: filterOf(deps, c.req.valid('query')) }),
    );
  return app;
}

/** @throws AppError 'not_found'. */
export async function findPrediction({ queries }: PredictionDeps, id: string): Promise<Prediction> {
  const found = await queries.find(Number(id));
  if (found === undefined) throw new AppError('not_found', 'There is no such prediction.');
  return found;
}

/** The image of a prediction. @throws AppError 'not_found' where there is none, or no longer. */
export async function sendImage(
  c: AppContext,
  { files }: PredictionDeps,
  prediction: Prediction,
): Promise<Response> {
  const { imagePath, imageGoneAt } = prediction;
  if (imagePath === null) throw new AppError('not_found', 'This prediction was logged without an image.');
  if (imageGoneAt !== null) throw new AppError('not_found', 'The image was deleted by retention.');
  const opened = await openInside(files.dir, files.pathOf(imagePath));
  if (!opened.ok) throw new AppError('not_found', 'The file of this image is missing.');
  return sendFile(c, opened, { name: imagePath.split('/').at(-1) ?? '', caching: 'immutable' });
}

/** Checks what was sent; what is refused leaves no draft. @throws AppError 'invalid' naming the field. */
async function check(
  { files, clock }: PredictionDeps,
  { sent, image }: ReceivedPrediction,
): Promise<PredictionToRecord> {
  const parsed = parsePrediction(sent, { now: clock.now() });
  if (parsed.error === undefined) return { prediction: parsed.prediction, image };
  if (image) await files.drop(image.draft);
  throw new AppError('invalid', parsed.error, { details: { field: parsed.field } });
}

/** Records each of a list; what is wrong with one leaves the others. @throws AppError 'invalid' for what is no list. */
async function recordMany(deps: PredictionDeps, list: unknown) {
  if (!Array.isArray(list))
    throw new AppError('invalid', 'Expected a list of predictions.', { details: { field: 'body' } });
  if (list.length > maxBatch)
    throw new AppError('too_large', `A batch has at most ${maxBatch} predictions.`, {
      details: { maxBatch },
    });
  const errors: { index: number; error: string }[] = [];
  for (let from = 0; from < list.length; from += atOnce) {
    const checked = await Promise.allSettled(
      list.slice(from, from + atOnce).map(async (one) => check(deps, await readSent(one, deps.files, deps))),
    );
    const good = checked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const outcomes = (await deps.recorder.record(good))[Symbol.iterator]();
    for (const [i, one] of checked.entries()) {
      const error = errorOf(one.status === 'rejected' ? one : outcomes.next().value);
      if (error !== undefined) errors.push({ index: from + i, error });
    }
  }
  return { good: list.length - errors.length, total: list.length, errors };
}

/** Why one is not there. @throws what is no fault of it: the sender keeps the whole batch and sends it again. */
function errorOf(outcome: PromiseSettledResult<PredictionOutcome> | undefined): string | undefined {
  if (outcome?.status === 'fulfilled') return outcome.value.status === 'conflict' ? sameId : undefined;
  const reason: unknown = outcome?.reason;
  if (reason instanceof AppError && reason.code !== 'unavailable') return reason.message;
  throw reason;
}

function filterOf({ models }: PredictionDeps, asked: Asked): PredictionFilter {
  const { model, version } = asked;
  return {
    window: windowOf(asked),
    isDefect: asked.defect === undefined ? undefined : asked.defect === 'true',
    defectType: asked.type,
    modelIds:
      model === undefined && version === undefined
        ? undefined
        : models
            .list()
            .filter((one) => (model ?? one.name) === one.name && (version ?? one.version) === one.version)
            .map(({ id }) => id),
    station: asked.station,
    part: asked.part,
    minConfidence: asked.min_confidence,
    maxConfidence: asked.max_confidence,
  };
}

/** A window of both ends, as the vision logger has it. @throws AppError 'invalid' naming the field. */
function windowOf({
  start,
  end,
}: {
  start?: string | undefined;
  end?: string | undefined;
}): TimeWindow | undefined {
  if (start === undefined && end === undefined) return undefined;
  const read = (field: 'start' | 'end', value: string | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise;
    const at = instantOf(value);
    if (at === undefined)
      throw new AppError('invalid', `${field} is no ISO 8601 time.`, { details: { field } });
    return at;
  };
  return { startAt: read('start', start, 0), endAt: read('end', end, Number.MAX_SAFE_INTEGER - 1) + 1 };
}

/** @throws AppError 'invalid' for a text that is no place in a list. */
export function readPlace(text: string | undefined): PredictionPlace | undefined {
  const place = parseKeyset(text, 'before');
  return place && { at: place.capturedAt, id: place.id };
}

/** The place of a prediction in a list, for an address. */
export function writePlace({ at, id }: PredictionPlace): string {
  return writeKeyset({ capturedAt: at, id });
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

async function rolling({ queries }: PredictionDeps, endAt: number, minutes: number) {
  const sums = await queries.sum({ startAt: Math.max(0, Math.round(endAt - minutes * minuteMs)), endAt });
  return {
    rolling_defect_rate: percent(sums.defects, sums.predictions),
    rolling_average_confidence: sums.averageConfidence ?? 0,
    rolling_detection_frequency_per_min: sums.predictions / minutes,
  };
}

function sendExport(
  c: AppContext,
  deps: PredictionDeps,
  { format, filter }: { format: ExportFormat; filter: PredictionFilter },
): Response {
  const rows = readAll(deps, filter);
  if (format === 'csv') {
    const columns = Object.keys(toWire(sample)) as (keyof WirePrediction)[];
    return csvResponse(c, { fileName: 'predictions.csv', columns, rows: csvRows(rows, columns) });
  }
  const isArray = format === 'json';
  const body = Readable.from(isArray ? jsonArray(rows) : jsonLines(rows), { objectMode: false });
  return c.body(Readable.toWeb(body) as ReadableStream<Uint8Array>, 200, {
    'content-type': isArray ? 'application/json' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="predictions.${format}"`,
    'cache-control': 'no-store',
  });
}

const sample: Prediction = {
  id: 0,
  imageId: '',
  at: 0,
  modelName: '',
  modelVersion: '',
  confidence: 0,
  isDefect: false,
  defectType: null,
  boxes: [],
  inferenceMs: null,
  notes: null,
  station: null,
  part: null,
  deviceId: null,
  imagePath: null,
  imageBytes: 0,
  imageGoneAt: null,
  receivedAt: 0,
};

async function* readAll(
  { queries }: PredictionDeps,
  filter: PredictionFilter,
): AsyncGenerator<WirePrediction> {
  let from: PredictionPlace | undefined;
  for (;;) {
    const rows = await queries.list(filter, { limit: rowsPerRead, from });
    yield* rows.map(toWire);
    from = rows.at(-1);
    if (rows.length < rowsPerRead) return;
  }
}

async function* csvRows(rows: AsyncIterable<WirePrediction>, columns: readonly (keyof WirePrediction)[]) {
  for await (const row of rows)
    yield columns.map((key) => {
      const value = row[key];
      return Array.isArray(value)
        ? JSON.stringify(value)
        : typeof value === 'boolean'
          ? Number(value)
          : (value ?? '');
    });
}

async function* jsonArray(rows: AsyncIterable<WirePrediction>): AsyncGenerator<string> {
  let before = '[';
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`;
    before = ',\n';
  }
  yield before === '[' ? '[]' : ']';
}

async function* jsonLines(rows: AsyncIterable<WirePrediction>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
