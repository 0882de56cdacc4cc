import { Hono } from 'hono';
import { z } from 'zod';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may, noteChange } from '../kernel/http/guards/may.ts';
import type { Progress } from './execute-run.ts';
import type { Retention } from './retention.ts';
import { runCauses, runOutcomes } from './run-records.ts';

const amount = z.object({
  count: z.number(),
  bytes: z.number().nullable().describe('null where nothing is freed on a disk, or nothing is known'),
});
const gone = z.object({ count: z.number(), bytes: z.number(), failed: z.number() });
const removed = z.record(z.string(), gone).describe('By kind');
const kinds = z.array(
  z.object({
    key: z.string(),
    limits: z.object({ days: z.number(), bytes: z.number() }).describe('0 keeps for ever'),
    isEstimate: z.boolean().describe('Counts and sizes are worked out from roll-ups and samples'),
    hindrance: z.string().nullable().describe('Why nothing of it may be deleted now'),
    holdings: amount.extend({
      oldestAt: z.number().nullable(),
      isCounting: z.boolean().optional().describe('Not all of it was counted yet since the start'),
    }),
    due: amount.describe('What its limits would delete now'),
  }),
);

const statusDoc = documented({
  tag: 'Retention',
  summary: 'What is kept for how long, what would go now, and what went',
  answer: z.object({
    kinds,
    disks: z.array(
      z.object({
        folders: z.array(z.string()),
        totalBytes: z.number(),
        usedBytes: z.number(),
        usedRate: z.number(),
        state: z.enum(['ok', 'high', 'stuck']).describe('stuck: too full, and nothing more may be deleted'),
      }),
    ),
    progress: z
      .object({
        startedAt: z.number(),
        cause: z.enum(runCauses),
        kind: z.string().nullable(),
        removed,
      })
      .nullable(),
    nextAt: z.number(),
    runs: z.array(
      z.object({
        id: z.number(),
        startedAt: z.number(),
        endedAt: z.number().nullable(),
        cause: z.enum(runCauses),
        outcome: z.enum(runOutcomes).nullable(),
        removed,
      }),
    ),
  }),
  example: { path: '/api/v1/retention' },
});

const runDoc = documented({
  tag: 'Retention',
  summary: 'Clean up now; the answer comes at once, the progress from GET /api/v1/retention',
  query: z.object({
    dryRun: z.enum(['0', '1']).optional().describe('1 answers what would go and deletes nothing'),
  }),
  answer: z.object({
    started: z
      .boolean()
      .describe(
        'false while a run is under way, for a dry run, and where the process that cleans up cannot be asked',
      ),
    kinds,
  }),
  refusals: ['invalid', 'unauthorized', 'forbidden'],
  example: { path: '/api/v1/retention/run?dryRun=1' },
});

/** Retention for API clients. */
export function retentionApiRoutes(retention: Retention): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get('/api/v1/retention', may('look'), statusDoc, async (c) => {
      const { disks } = retention;
      const runs = await retention.runs();
      return c.json({
        kinds: await retention.measure(),
        disks,
        progress: progressAnswer(retention.progress),
        nextAt: retention.nextAt(),
        runs,
      });
    })
    .post('/api/v1/retention/run', may('administer', 'retention.run'), runDoc, async (c) => {
      const isDry = c.req.valid('query').dryRun === '1';
      const kinds = await retention.measure();
      const started = !isDry && retention.run();
      noteChange(c, { target: '', after: { started, dryRun: isDry } });
      return c.json({ started, kinds });
    });
}

function progressAnswer(progress: Progress | null) {
  return (
    progress && {
      startedAt: progress.startedAt,
      cause: progress.cause,
      kind: progress.policy,
      removed: progress.removed,
    }
  );
}
