/**
 * Data of the Retention page.
 *
 * Templates and their data:
 *   retention/page     RetentionPage
 *   retention/_status  RetentionView  (GET /retention/status, container #retention-status)
 *   retention/_disks   RetentionView  part #retention-disks
 *   retention/_now     RetentionView  part #retention-now
 *   retention/_kinds   RetentionView  part #retention-kinds
 *   retention/_runs    RetentionView  part #retention-runs
 */

import type { PageFragments } from '../kernel/stream/page-fragments.ts';

import type { DiskState } from './disk-watch.ts';
import type { Progress } from './execute-run.ts';

import type { PolicyState } from './measure.ts';
import type { Retention } from './retention.ts';
import type { Run } from './run-records.ts';

const runsShown = 20;

/** What a run deleted under one policy. */
export type Line = { key: string; count: number; bytes: number; failed: number };
export type RunView = Omit<Run, 'removed'> & { lines: Line[] };

export type RetentionView = {
  policies: PolicyState[];
  /** Whether a run would delete anything now. */
  isDue: boolean;
  disks: readonly DiskState[];
  /** The marks in percent; 0 when they are switched off. */
  high: number;
  low: number;
  progress: (Omit<Progress, 'removed'> & { lines: Line[] }) | null;
  nextAt: number;
  runs: RunView[];
};

export type RetentionPage = { here: string; live: PageFragments<'status'> };

export async function readRetention(retention: Retention): Promise<RetentionView> {
  const policies = await retention.measure();
  const { progress, marks } = retention;
  return {
    policies,
    isDue: policies.some(({ hindrance, due }) => hindrance === null && due.count > 0),
    disks: retention.disks,
    high: Math.round(marks.high * 100),
    low: Math.round(marks.low * 100),
    progress: progress && { ...progress, lines: linesOf(progress.removed) },
    nextAt: retention.nextAt(),
    runs: (await retention.runs(runsShown))
      .filter(({ endedAt }) => endedAt !== null)
      .map(({ removed, ...run }) => ({ ...run, lines: linesOf(removed) })),
  };
}

function linesOf(removed: Run['removed']): Line[] {
  return Object.entries(removed).map(([key, gone]) => ({ key, ...gone }));
}
