const alreadySentHeader = 'x-hono-already-sent';

/**
 * The Response class before the server adapter replaces it: the adapter leaves the connection alone only for a marked
 * response of this class; its own class would make it write a second head.
 */
const NativeResponse = globalThis.Response;

/** What a handler returns when it writes to the connection by itself. */
export function alreadySent(): Response {
  return new NativeResponse(null, { headers: { [alreadySentHeader]: 'true' } });
}

/** Whether the answer is on its way already; middleware must not touch its headers any more. */
export function isAlreadySent(response: Response): boolean {
  return response.headers.has(alreadySentHeader);
}
