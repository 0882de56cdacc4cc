import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type DatabaseServer, type ServerKind, startDatabaseServer } from './database-servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a test file asks for an empty database: `POST <address>/postgres` answers its URL. */
    databases: string;
  }
}

/**
 * The database servers of a whole run: each is started when the first test file asks for a database on it, and ended
 * with the run, however that ends. Set-up of vitest.config.ts; it answers what takes everything down.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const servers = new Map<ServerKind, Promise<DatabaseServer>>();
  let databases = 0;

  async function createDatabase(kind: ServerKind): Promise<string> {
    const starting = servers.get(kind) ?? startDatabaseServer(kind);
    servers.set(kind, starting);
    const server = await starting;
    const name = `plant_${++databases}`;
    server.createDatabase(name);
    return server.url(name);
  }

  const desk = createServer((request, response) => {
    createDatabase(request.url === '/postgres' ? 'postgres' : 'mariadb').then(
      (url) => response.end(url),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  desk.listen(0, '127.0.0.1');
  await once(desk, 'listening');
  provide('databases', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    desk.closeAllConnections();
    for (const server of servers.values()) await (await server).close();
  };
}
