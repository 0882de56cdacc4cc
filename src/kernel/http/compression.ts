import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import { isAlreadySent } from './already-sent.ts';
import type { AppEnv } from './env.ts';

/** Below this size, compression saves less than a packet. */
const minBytes = 1024;

/** Complete texts only: event streams flush their own compression, CSV is compressed while streaming, images already are. */
const compressibleTypes =
  /^(?:text\/html|text\/css|text\/plain|text\/javascript|application\/json|image\/svg\+xml)\b/;

export type Encoding = 'br' | 'gzip';

/** Whether an Accept-Encoding header accepts this encoding, by name or by `*`, with a weight above 0. */
export function acceptsEncoding(acceptEncoding: string | undefined, encoding: Encoding): boolean {
  let any = false;
  for (const item of (acceptEncoding ?? '').split(',')) {
    const [name, ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    if (name === encoding) return !refused;
    if (name === '*') any = !refused;
  }
  return any;
}

/** The best encoding that both sides support; undefined if there is none. */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding | undefined {
  return (['br', 'gzip'] as const).find((encoding) => acceptsEncoding(acceptEncoding, encoding));
}

/** Compresses a body at a level that is worth its time while a client waits. */
function compressNow(body: Uint8Array, encoding: Encoding): Uint8Array<ArrayBuffer> {
  if (encoding === 'gzip') return gzipSync(body, { level: 5 });
  return brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength },
  });
}

/**
 * Compresses pages, fragments and JSON of 1 KB and more. Synchronously, because half a millisecond here is less than the
 * wait behind thumbnails in zlib's threads.
 */
export function compression(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { res } = c;
    const type = res.headers.get('content-type') ?? '';
    if (isAlreadySent(res) || !compressibleTypes.test(type) || res.headers.has('content-encoding')) return;
    if (c.req.method === 'HEAD' || res.status === 206 || res.status === 304) return;
    res.headers.append('vary', 'Accept-Encoding');
    const encoding = chooseEncoding(c.req.header('accept-encoding'));
    if (encoding === undefined) return;
    const body = new Uint8Array(await res.arrayBuffer());
    const headers = new Headers(res.headers);
    // Unset first, or Hono would copy the old headers over the new ones.
    c.res = undefined;
    if (body.byteLength < minBytes) {
      c.res = new Response(body, { status: res.status, headers });
      return;
    }
    headers.set('content-encoding', encoding);
    headers.delete('content-length');
    c.res = new Response(compressNow(body, encoding), { status: res.status, headers });
  };
}
