import type { ThumbnailStore } from '../kernel/images/thumbnails/thumbnail-store.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { PredictionQueries } from './queries/prediction-queries.ts';
import type { PredictionModels } from './recording/prediction-models.ts';
import type { PredictionRecorder } from './recording/prediction-recorder.ts';
import type { ImageFiles } from './storage/image-files.ts';

/** What pages and interfaces of predictions need. */
export type PredictionDeps = {
  recorder: PredictionRecorder;
  queries: PredictionQueries;
  models: PredictionModels;
  files: ImageFiles;
  thumbnails: Pick<ThumbnailStore, 'get'>;
  /** Largest image of a prediction, bytes. */
  maxImageBytes: number;
  clock: Clock;
  wallClock: WallClock;
};
