import { createHash } from 'node:crypto';
import { inArray } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Placeholders } from '../../kernel/db/prepared.ts';
import { preparedIn } from '../../kernel/db/prepared-in.ts';
import { createRowWriter } from '../../kernel/db/row-writer.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { floorTo, hourMs } from '../../kernel/time/durations.ts';
import { lockSite } from '../../plant/resources/lock-site.ts';
import type { Db } from '../../schema/db.ts';
import { type SentPrediction, unknownType } from '../model.ts';
import type { ImageFiles, StoredImage } from '../storage/image-files.ts';
import type { PredictionModels } from './prediction-models.ts';

/** Predictions that wait for their transaction; more are refused until it is through. */
const maxWaiting = 20_000;
const maxPerTransaction = 1_000;
const idsPerStatement = 500;

/** A prediction to be recorded; `draft` is its image as it was received, `digest` of those bytes. */
export type PredictionToRecord = {
  prediction: SentPrediction;
  image: { draft: string; digest: string } | null;
};

/** What became of a prediction; `conflict`: its image id came before with other content. */
export type PredictionOutcome = { status: 'recorded' | 'duplicate' | 'conflict'; id: number };

export type PredictionRecorder = {
  /**
   * Records predictions and their images, and answers once all are on the disk; of two with one id the first counts. Those
   * that come at the same time share a transaction. The drafts of the images are gone then, whatever became of them. One is
   * rejected with AppError 'invalid' for an image that is none, 'unavailable' when too many wait or the disk is full.
   */
  record(list: readonly PredictionToRecord[]): Promise<PromiseSettledResult<PredictionOutcome>[]>;
};

type Row = Omit<SentPrediction, 'isTimed'> & {
  modelId: number;
  contentHash: string;
  imagePath: string | null;
  imageBytes: number;
  receivedAt: number;
};

type Waiting = { row: Row; resolve: (outcome: PredictionOutcome) => void; reject: (error: unknown) => void };

const columns = [
  'siteId',
  'imageId',
  'contentHash',
  'at',
  'modelId',
  'confidence',
  'isDefect',
  'defectType',
  'boxes',
  'inferenceMs',
  'notes',
  'station',
  'part',
  'deviceId',
  'imagePath',
  'imageBytes',
  'receivedAt',
] as const;
const sumKeys = ['predictions', 'confidenceSum', 'images', 'imageBytes'] as const;
const sumPlace = ['modelId', 'startAt', 'defectType'] as const;

export function createPredictionRecorder(options: {
  db: Db;
  siteId: number;
  models: PredictionModels;
  files: ImageFiles;
  clock: Clock;
  onRecorded: (recorded: { oldestAt: number; count: number }) => void;
}): PredictionRecorder {
  const { db, siteId, models, files, clock } = options;
  const { predictions, predictionHours } = db.tables;
  const writeRows = createRowWriter(db, predictions, columns, 'ignore');
  const writeSums = createRowWriter(db, predictionHours, [...sumPlace, ...sumKeys], {
    target: sumPlace,
    add: sumKeys,
  });
  const selectKnown = preparedIn((q, value: Placeholders<{ imageIds: readonly string[] }>) =>
    q
      .select({ id: predictions.id, imageId: predictions.imageId, contentHash: predictions.contentHash })
      .from(predictions)
      .where(inArray(predictions.imageId, value.imageIds)),
  );
  const waiting: Waiting[] = [];
  let isWriting = false;

  async function findKnown(q: Queryable, imageIds: readonly string[]) {
    const known = new Map<string, { id: number; contentHash: string }>();
    for (let from = 0; from < imageIds.length; from += idsPerStatement)
      for (const row of await selectKnown(q, { imageIds: imageIds.slice(from, from + idsPerStatement) }))
        known.set(row.imageId, row);
    return known;
  }

  function enqueue(row: Row): Promise<PredictionOutcome> {
    if (waiting.length >= maxWaiting)
      throw new AppError(
        'unavailable',
        `${maxWaiting} predictions wait to be written already. Send them again in a moment.`,
        {
          details: { retryAfterSec: 2 },
        },
      );
    return new Promise((resolve, reject) => {
      waiting.push({ row, resolve, reject });
      if (!isWriting) void writeWaiting();
    });
  }

  async function writeWaiting(): Promise<void> {
    isWriting = true;
    // Requests read in the same turn of the event loop join the first transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxPerTransaction);
      try {
        const outcomes = await write(group.map(({ row }) => row));
        for (const [i, { resolve }] of group.entries()) resolve(outcomes[i]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isWriting = false;
  }

  async function write(rows: readonly Row[]): Promise<PredictionOutcome[]> {
    const outcomes = await db.tx(
      async (q) => {
        await lockSite(db, q, siteId);
        const before = await findKnown(q, [...new Set(rows.map(({ imageId }) => imageId))]);
        const added = new Map<string, Row>();
        for (const row of rows)
          if (!before.has(row.imageId) && !added.has(row.imageId)) added.set(row.imageId, row);
        await writeRows(
          q,
          [...added.values()].map((row) => ({ ...row, siteId })),
        );
        await writeSums(q, sumsOf([...added.values()]));
        const known =
          added.size === 0 ? before : await findKnown(q, [...new Set(rows.map(({ imageId }) => imageId))]);
        return rows.map((row): PredictionOutcome => {
          const { id = 0, contentHash } = known.get(row.imageId) ?? {};
          if (added.get(row.imageId) === row) return { status: 'recorded', id };
          return { status: contentHash === row.contentHash ? 'duplicate' : 'conflict', id };
        });
      },
      { isDurable: true },
    );
    const recorded = rows.filter((_, i) => outcomes[i]?.status === 'recorded');
    if (recorded.length > 0)
      options.onRecorded({ oldestAt: Math.min(...recorded.map(({ at }) => at)), count: recorded.length });
    return outcomes;
  }

  type Prepared = { row: Row; stored: StoredImage | undefined } | { outcome: PredictionOutcome };

  /** Stores the image of one that is new, so that its row can be written. The draft is gone then. */
  async function prepare({
    prediction: { isTimed, ...prediction },
    image,
  }: PredictionToRecord): Promise<Prepared> {
    try {
      const contentHash = hashOf({ ...prediction, isTimed }, image?.digest ?? null);
      const known = (await findKnown(db.read, [prediction.imageId])).get(prediction.imageId);
      if (known)
        return {
          outcome: { status: known.contentHash === contentHash ? 'duplicate' : 'conflict', id: known.id },
        };
      const modelId = await models.ensure(prediction.modelName, prediction.modelVersion);
      const stored = image ? await files.keep(image.draft, prediction) : undefined;
      const row = {
        ...prediction,
        modelId,
        contentHash,
        imagePath: stored?.path ?? null,
        imageBytes: stored?.bytes ?? 0,
        receivedAt: clock.now(),
      };
      return { row, stored };
    } finally {
      if (image) await files.drop(image.draft);
    }
  }

  async function finish(prepared: Prepared): Promise<PredictionOutcome> {
    if ('outcome' in prepared) return prepared.outcome;
    const { row, stored } = prepared;
    try {
      const outcome = await enqueue(row);
      // Another one with this id was faster.
      if (stored && outcome.status !== 'recorded') await files.remove(stored.path);
      return outcome;
    } catch (error) {
      // A server that went away may have taken the row all the same: its image goes only if the row is known not to be there.
      const known = await findKnown(db.read, [row.imageId]).catch(() => undefined);
      if (stored && known?.has(row.imageId) === false) await files.remove(stored.path).catch(() => {});
      throw error;
    }
  }

  return {
    record: async (list) => {
      const prepared = await Promise.allSettled(list.map(prepare));
      // All are given to the queue before the first is awaited: in their order, and in one transaction.
      return Promise.allSettled(
        prepared.map((one) => (one.status === 'fulfilled' ? finish(one.value) : Promise.reject(one.reason))),
      );
    },
  };
}

/** Sums of new rows by model, hour and type. */
function sumsOf(rows: readonly Row[]) {
  const sums = new Map<
    string,
    Record<(typeof sumKeys)[number], number> & { modelId: number; startAt: number; defectType: string }
  >();
  for (const { modelId, at, isDefect, defectType, confidence, imagePath, imageBytes } of rows) {
    const place = {
      modelId,
      startAt: floorTo(hourMs, at),
      defectType: isDefect ? (defectType ?? unknownType) : '',
    };
    const key = JSON.stringify(place);
    const sum = sums.get(key) ?? { ...place, predictions: 0, confidenceSum: 0, images: 0, imageBytes: 0 };
    sum.predictions += 1;
    sum.confidenceSum += Math.round(confidence * 1e6);
    sum.images += imagePath === null ? 0 : 1;
    sum.imageBytes += imageBytes;
    sums.set(key, sum);
  }
  // In order, so that two processes never wait for each other.
  return [...sums.values()].sort(
    (a, b) => a.modelId - b.modelId || a.startAt - b.startAt || (a.defectType < b.defectType ? -1 : 1),
  );
}

/** Of all that was sent: the same prediction sent again has the same. */
function hashOf({ at, isTimed, ...sent }: SentPrediction, imageDigest: string | null): string {
  // A time that nobody sent is another each time.
  const content = { ...sent, at: isTimed ? at : null, image: imageDigest };
  const text = JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(text).digest('base64url');
}
