const alreadySentHeader = 'x-hono-already-sent';

/**
 * The Response class before the server adapter replaces it. The adapter leaves a connection alone only for a marked
 * response of this class; with its own class it would write a second response head.
 */
const NativeResponse = globalThis.Response;

/** To be returned by a handler that writes to the connection itself. */
export function alreadySent(): Response {
  return new NativeResponse(null, { headers: { [alreadySentHeader]: 'true' } });
}

/** Whether the answer has already been sent, so that middleware must not touch its headers. */
export function isAlreadySent(response: Response): boolean {
  return response.headers.has(alreadySentHeader);
}
