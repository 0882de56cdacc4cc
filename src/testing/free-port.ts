import { createServer } from 'node:net';

/**
 * Below the range from which systems hand out ports (Linux: 32768 and up), so that neither the clients nor the servers
 * of other tests are given one between the time it is found and the time it is used.
 */
const range = { first: 20_000, count: 10_000 };

/** A TCP port of this machine that is free now; another process may still take it before it is used. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = range.first + Math.floor(Math.random() * range.count);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port between ${range.first} and ${range.first + range.count - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
