import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseServer, isMissing, type ServerKind, startDatabaseServer } from '../database-servers.ts';
import { isRedisMissing, type RedisServer, startRedisServer } from '../redis-server.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess } from './plant-process.ts';

/** Servers that are installed here and on which processes can reach each other. */
export const serverKinds: readonly ServerKind[] = (['postgres', 'mariadb'] as const).filter(
  (kind) => !isMissing(kind) && (kind === 'postgres' || !isRedisMissing()),
);

/** A plant's folder and an empty database, and as many processes on them as a test wants; each has a state folder. */
type Site = FaultPlant & { startOn(name: string, env?: Record<string, string>): Promise<PlantProcess> };

/** Whether a process knows its folder to be watched. */
export const isOnline = (plant: PlantProcess) => async () => (await plant.source()).state === 'online';

/** One database server, with Redis where it needs that, on which each test opens a site of its own. */
export function createInstallation(kind: ServerKind): {
  start(): Promise<void>;
  stop(): Promise<void>;
  server(): DatabaseServer;
  openSite(): Site;
} {
  let started: DatabaseServer | undefined;
  let redis: RedisServer | undefined;
  let databases = 0;
  const server = () => {
    if (!started) throw new Error('The server was not started');
    return started;
  };
  return {
    server,
    async start() {
      started = await startDatabaseServer(kind);
      if (kind === 'mariadb') redis = await startRedisServer();
    },
    async stop() {
      await redis?.close();
      await started?.close();
    },
    openSite() {
      const name = `site_${++databases}`;
      server().createDatabase(name);
      const env = { DATABASE_URL: server().url(name) };
      return createSite(redis ? { ...env, REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) } : env);
    },
  };
}

function createSite(env: Record<string, string>): Site {
  const plant = createFaultPlant();
  return {
    ...plant,
    async startOn(name, more = {}) {
      const state = join(plant.folder, `state-${name}`);
      if (!existsSync(state)) mkdirSync(state);
      const started = await plant.start({
        ...env,
        DB_PATH: join(state, 'data.sqlite'),
        ACCESS: 'open',
        WATCH_MODE: 'events',
        ...more,
      });
      await started.listening;
      return started;
    },
  };
}
