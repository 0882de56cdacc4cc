import { Agent, request } from 'node:http';

/** One answer: how long it took to its last byte, and how large it was on the wire. */
export type Answer = { ms: number; status: number; bytes: number; body: Buffer };

/** Asks one server over connections that stay open, as a browser's do. */
export type HttpClient = {
  ask(
    path: string,
    options?: { method?: string; headers?: Record<string, string>; body?: string | Buffer },
  ): Promise<Answer>;
  json<T>(path: string): Promise<T>;
  close(): void;
};

export function createHttpClient(origin: string): HttpClient {
  const agent = new Agent({ keepAlive: true });

  const ask: HttpClient['ask'] = (path, { method = 'GET', headers = {}, body: sent } = {}) =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const outgoing = request(origin + path, { agent, method, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const body = Buffer.concat(chunks);
          const ms = performance.now() - startedAt;
          resolve({ ms, status: incoming.statusCode ?? 0, bytes: body.length, body });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(sent);
    });

  return {
    ask,
    json: async <T>(path: string) => JSON.parse((await ask(path)).body.toString()) as T,
    close: () => agent.destroy(),
  };
}

/** What a browser says it takes; compressing is part of a page's cost. */
const browserHeaders = { 'accept-encoding': 'gzip, deflate, br' };

/** Asks again and again, one after the other, until `isOver`; answers the times in ms. */
export async function askRepeatedly(
  client: HttpClient,
  path: string,
  isOver: (asked: number) => boolean,
  options: { method?: string; pauseMs?: number } = {},
): Promise<number[]> {
  const times: number[] = [];
  while (!isOver(times.length)) {
    const { ms, status } = await client.ask(path, { method: options.method, headers: browserHeaders });
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    times.push(ms);
    if (options.pauseMs) await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
  }
  return times;
}
