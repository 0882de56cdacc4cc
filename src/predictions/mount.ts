import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { predictionRoutes } from './api/prediction-routes.ts';
import { type PredictionPageDeps, predictionPages } from './pages/prediction-pages.ts';

/** Pages and interfaces of predictions. */
export function mountPredictions(deps: PredictionPageDeps): Hono<AppEnv>[] {
  return [predictionRoutes(deps), predictionPages(deps)];
}
