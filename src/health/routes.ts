import { Hono } from 'hono';
import { z } from 'zod';
import type { HealthPart } from '../kernel/health-part.ts';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { isLetIn, may } from '../kernel/http/guards/may.ts';

export type HealthDeps = {
  version: string;
  now: () => number;
  startedAt: number;
  check: () => Promise<Record<string, HealthPart>>;
  /** Whether startup is complete, so that answers describe the plant. */
  isReady: () => boolean;
};

const healthDoc = documented({
  tag: 'Health',
  summary: 'Whether the database and the storage work; 503 while they do not',
  answer: z.object({
    status: z.enum(['healthy', 'degraded']),
    service: z.string(),
    version: z.string(),
    timestamp: z.number().describe('Epoch milliseconds UTC'),
    uptimeMs: z.number(),
    database: z.boolean(),
    storage: z.boolean(),
    stats: z.record(z.string(), z.unknown()).describe('Empty for those who may not look (ACCESS=closed)'),
  }),
  otherwise: { status: 503, text: 'Degraded: something required does not work' },
  example: { path: '/health' },
});

const readyDoc = documented({
  tag: 'Health',
  summary: 'Whether every watched folder was looked at since the start; 503 before',
  answer: z.object({ ready: z.boolean() }),
  otherwise: { status: 503, text: 'A start is under way' },
  example: { path: '/health/ready' },
});

/**
 * `GET /health`: 200 `healthy` while the database and the storage work, else 503 `degraded`. A superset of the answers of
 * the replaced systems: `status` (S2), `database` and `storage` (S3), `service`, `timestamp`, `stats` (S5). The
 * stats name folders and cameras, so they need the right to look.
 * `GET /health/ready`: 503 during startup, for load balancers.
 */
export function healthRoutes(deps: HealthDeps): Hono<AppEnv> {
  const routes = new Hono<AppEnv>().get('/health/ready', may('public'), readyDoc, (c) => {
    const ready = deps.isReady();
    c.header('cache-control', 'no-store');
    return c.json({ ready }, ready ? 200 : 503);
  });
  return routes.get('/health', may('public'), healthDoc, async (c) => {
    const parts = await deps.check();
    const isHealthy = Object.values(parts).every(({ ok, required }) => ok || !required);
    const details = Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, part.detail ?? part.ok]),
    );
    c.header('cache-control', 'no-store');
    return c.json(
      {
        status: isHealthy ? 'healthy' : 'degraded',
        service: 'linesight',
        version: deps.version,
        timestamp: deps.now(),
        uptimeMs: deps.now() - deps.startedAt,
        database: parts.database?.ok ?? false,
        storage: parts.storage?.ok ?? false,
        stats: (await isLetIn(c, 'look')) ? details : {},
      },
      isHealthy ? 200 : 503,
    );
  });
}
