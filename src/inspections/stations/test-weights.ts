import { LRUCache } from 'lru-cache';
import { bernoulliCusum, shareAtOdds } from '../../statistics/cusum.ts';
import { limitForRunLength } from '../../statistics/run-length.ts';
import { type Baseline, cautiousShare } from './baseline.ts';

/** Log-likelihood weights of one model: an NG adds `r2`, each inspection takes `r1`. */
export type Weights = { r1: number; r2: number };

/**
 * One CUSUM of a station over all its models, in log likelihood: each inspection counts with the weights of its own
 * model, so that a change of mix alone moves nothing (risk-adjusted CUSUM: Steiner, Cook, Farewell and Treasure,
 * Biostatistics 1, 2000). Models without weights do not count. Null where no model can be judged.
 */
export type WeightedTest = { byPart: ReadonlyMap<number, Weights>; limit: number } | null;

/** A model's acceptable NG share, 0..1. `isAssumed`: nobody set it, and normal yield is not known yet. */
export type TargetShare = { partId: number; share: number; isAssumed: boolean };

/** Least mean number of inspections from one false alarm of a test to the next … */
const minRunLength = 100_000;
/** … and least mean number of days: three tests of 60 days give 0.05 false alarms a day, and each more than 50 days. */
const minRunDays = 60;

/** Lowest NG share assumed of any model by the burst test, so that one NG at a perfect station is not a burst. */
const minBurstShare = 0.005;
/** The slow test asks for twice the usual odds. */
const dropOdds = 2;
/**
 * The target's test asks for this many times the odds of the target. Twice would let a yield of 87 % pass at a target of
 * 90 %; nearer to one it would take hundreds of inspections to notice that half are scrap.
 */
const targetOdds = 1.5;

/** In-control length of each test, for a station that makes `perDay` inspections on a day on which it runs. */
function runLengthOf(perDay: number): number {
  return Math.max(minRunLength, minRunDays * perDay);
}

/** For sudden, large rises: to three times the usual share, at least five points above it, in every model. */
export function burstTest(baselines: readonly Baseline[], perDay: number): WeightedTest {
  const models = baselines.filter(({ isEnough }) => isEnough);
  return strictest(
    models.map((model) => {
      const p0 = Math.max(minBurstShare, cautiousShare(model));
      return { partId: model.partId, p0, p1: Math.min(Math.max(3 * p0, p0 + 0.05), (1 + p0) / 2) };
    }),
    perDay,
  );
}

/**
 * For slow, lasting rises: to twice the usual odds. The weight of an NG is then ln 2 in every model, and one limit, that of
 * the models' mean share, serves the mix: a mix scatters no more than its mean would.
 */
export function dropTest(baselines: readonly Baseline[], perDay: number): WeightedTest {
  const models = baselines.filter((model) => model.isEnough && cautiousShare(model) < 1);
  if (models.length === 0) return null;
  let inspections = 0;
  let expected = 0;
  const byPart = new Map<number, Weights>();
  for (const model of models) {
    const share = cautiousShare(model);
    inspections += model.inspections;
    expected += model.inspections * share;
    byPart.set(model.partId, bernoulliCusum(share, shareAtOdds(share, dropOdds)));
  }
  const share = expected / inspections;
  return { byPart, limit: limitOf(share, shareAtOdds(share, dropOdds), perDay) };
}

/** For a yield below its target. */
export function targetTest(targets: readonly TargetShare[], perDay: number): WeightedTest {
  return strictest(
    targets
      .filter(({ share }) => share > 0 && share < 1)
      .map(({ partId, share }) => ({ partId, p0: share, p1: shareAtOdds(share, targetOdds) })),
    perDay,
  );
}

type Alternative = { partId: number; p0: number; p1: number };

/** Of models with different weights the highest limit holds for all: by Lorden's bound it never exceeds ln of the run length. */
function strictest(models: readonly Alternative[], perDay: number): WeightedTest {
  const byPart = new Map<number, Weights>();
  let limit = 0;
  for (const { partId, p0, p1 } of models) {
    if (p0 >= 1) continue;
    byPart.set(partId, bernoulliCusum(p0, p1));
    limit = Math.max(limit, limitOf(p0, p1, perDay));
  }
  return byPart.size === 0 ? null : { byPart, limit };
}

/** Shares and run lengths are rounded to the safe side in steps of two and ten percent, so that few limits are ever computed. */
const shareGrid = Math.log(1.02);
const runLengthGrid = Math.log(1.1);
const limits = new LRUCache<string, number>({ max: 5_000 });

/** The limit in log likelihood. A lower share has the lower limit, so shares are rounded up. */
function limitOf(p0: number, p1: number, perDay: number): number {
  const shareStep = Math.ceil(Math.log(p0) / shareGrid - 1e-9);
  const lengthStep = Math.ceil(Math.log(runLengthOf(perDay)) / runLengthGrid - 1e-9);
  const oddsStep = Math.round(Math.log((p1 * (1 - p0)) / (p0 * (1 - p1))) * 50);
  const key = `${shareStep}:${lengthStep}:${oddsStep}`;
  const known = limits.get(key);
  if (known !== undefined) return known;
  const share = Math.min(Math.exp(shareStep * shareGrid), (1 + p0) / 2);
  const { r2, step } = bernoulliCusum(share, shareAtOdds(share, Math.exp(oddsStep / 50)));
  const limit = r2 * limitForRunLength({ share, step }, r2, Math.exp(lengthStep * runLengthGrid));
  limits.set(key, limit);
  return limit;
}
