import { get, type IncomingMessage } from 'node:http';

/** A machine that runs many tests at once is slow. */
const patienceMs = 15_000;

/** A live stream as a program reads it. */
export type Stream = {
  text(): string;
  until(pattern: RegExp): Promise<string>;
  close(): void;
  response: IncomingMessage;
};

/** Opens `/stream?<query>` of the server on this port. */
export function openStreamAt(
  port: number,
  query: string,
  headers: Record<string, string> = {},
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = get({ port, path: `/stream?${query}`, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', () => {});
      resolve({
        response,
        text: () => text,
        close: () => request.destroy(),
        until: async (pattern) => {
          for (const startedAt = Date.now(); !pattern.test(text); ) {
            if (Date.now() - startedAt > patienceMs)
              throw new Error(`${pattern} never came in: ${text.slice(-500)}`);
            await pause(10);
          }
          return text;
        },
      });
    });
    request.on('error', reject);
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
