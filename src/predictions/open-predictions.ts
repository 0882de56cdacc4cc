import { resolve } from 'node:path';
import type { Publish } from '../events.ts';
import type { HealthPart } from '../kernel/health-part.ts';
import type { ThumbnailStore } from '../kernel/images/thumbnails/thumbnail-store.ts';
import type { Log } from '../kernel/log.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { DataPaths } from '../kernel/storage/data-paths.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';
import type { PredictionDeps } from './deps.ts';
import { createPredictionQueries } from './queries/prediction-queries.ts';
import { createPredictionModels } from './recording/prediction-models.ts';
import { createPredictionRecorder } from './recording/prediction-recorder.ts';
import { createPredictionImagePolicy } from './retention/prediction-image-policy.ts';
import { createImageFiles } from './storage/image-files.ts';

const megabyte = 1024 * 1024;
const gigabyte = 1e9;

export type Predictions = PredictionDeps & {
  /** What retention deletes here. */
  policy: RetentionPolicy;
  /** Another process has logged some. */
  noteRecorded(): void;
  /** Reads the models that other processes have added. */
  refresh(): Promise<void>;
};

/** Predictions as the settings have them. */
export async function openPredictions(options: {
  config: Config;
  paths: DataPaths;
  db: Db;
  sites: Sites;
  thumbnails: ThumbnailStore;
  publish: Publish;
  clock: Clock;
  log: Log;
}): Promise<Predictions> {
  const { config, paths, db, sites, publish, clock, log } = options;
  const siteId = sites.own.id;
  const files = createImageFiles({
    dir: config.predictionImageDir
      ? resolve(config.predictionImageDir)
      : resolve(paths.stateDir, 'prediction_images'),
    byDate: config.predictionImagesByDate,
    byResult: config.predictionImagesByResult,
    quality: config.predictionImageQuality,
  });
  const models = await createPredictionModels(db, clock, siteId);
  const queries = createPredictionQueries(db, siteId, models);
  return {
    files,
    thumbnails: options.thumbnails,
    models,
    queries,
    recorder: createPredictionRecorder({
      db,
      siteId,
      models,
      files,
      clock,
      onRecorded: (recorded) => publish('predictions.recorded', recorded),
    }),
    maxImageBytes: config.predictionMaxMb * megabyte,
    clock,
    wallClock: sites.wallClock,
    policy: createPredictionImagePolicy({
      db,
      siteId,
      files,
      queries,
      days: config.retentionPredictionImageDays,
      bytes: config.retentionPredictionImageGb * gigabyte,
      clock,
    }),
    noteRecorded: () => {
      models
        .refresh()
        .catch((err: unknown) => log.warn({ err }, 'The models of predictions cannot be read yet'));
    },
    refresh: models.refresh,
  };
}

/** Predictions as `/health` reports them: not well while images cannot be stored. */
export function healthOfPredictions({ files }: Predictions): HealthPart {
  const fault = files.fault();
  return { ok: fault === null, required: false, detail: { imageDir: files.dir, fault } };
}
