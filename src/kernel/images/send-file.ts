import type { FileHandle } from 'node:fs/promises';
import type { AppContext } from '../http/env.ts';
import { matchesEtag } from '../http/etag.ts';
import { untrustedFileHeaders } from '../http/guards/security-headers.ts';
import { type OpenFile, readWhole } from '../storage/open-file.ts';
import { type ByteRange, parseByteRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';
import { findAcceptedType, sniffBytes } from './content-type.ts';

/** One chunk is held in memory for each slow client. */
const chunkBytes = 64 * 1024;

/** `immutable`: the URL changes with the content. `revalidate`: cached, but revalidated each time. */
export type Caching = 'immutable' | 'revalidate';

export const cacheControl: Record<Caching, string> = {
  immutable: 'private, max-age=31536000, immutable',
  revalidate: 'private, no-cache',
};

/**
 * Streams an open file (see `openInside`) and closes it, whatever the outcome of the request. Supports HEAD, one Range,
 * If-None-Match and If-Range. The content decides on the type: an image is displayed, anything else is a download.
 */
export async function sendFile(
  c: AppContext,
  opened: OpenFile,
  options: { name: string; caching: Caching },
): Promise<Response> {
  const { file, sizeBytes } = opened;
  const etag = etagOf(opened);
  const headers = { ...(await describe(opened, options)), etag };
  const range = ifRangeAllows(c, etag) ? parseByteRange(c.req.header('range'), sizeBytes) : undefined;
  if (matchesEtag(c.req.header('if-none-match'), etag)) return withoutBody(c, file, 304, headers);
  if (range === 'unsatisfiable')
    return withoutBody(c, file, 416, { ...headers, 'content-range': `bytes */${sizeBytes}` });

  const { start, end } = range ?? { start: 0, end: sizeBytes };
  const status = range ? 206 : 200;
  const sized = {
    ...headers,
    'content-length': `${end - start}`,
    ...(range && contentRange(range, sizeBytes)),
  };
  if (c.req.method === 'HEAD' || end === start) return withoutBody(c, file, status, sized);
  return c.body(streamBytes(file, { start, end }), status, sized);
}

async function describe(
  opened: OpenFile,
  options: { name: string; caching: Caching },
): Promise<Record<string, string>> {
  const head = await readWhole(opened.file, Math.min(sniffBytes, opened.sizeBytes)).catch(async (error) => {
    await opened.file.close();
    throw error;
  });
  const type = findAcceptedType(head);
  return {
    ...untrustedFileHeaders,
    'content-type': type ?? 'application/octet-stream',
    'content-disposition': contentDisposition(type ? 'inline' : 'attachment', options.name),
    'cache-control': cacheControl[options.caching],
    'accept-ranges': 'bytes',
  };
}

/** A strong ETag, as If-Range requires: a file rewritten in place differs in its time, to the microsecond, or its size. */
function etagOf(opened: OpenFile): string {
  return `"${opened.sizeBytes.toString(36)}-${Math.round(opened.modifiedAt * 1000).toString(36)}"`;
}

/** A client may complete its copy only while the file is unchanged; otherwise it gets the whole. */
function ifRangeAllows(c: AppContext, etag: string): boolean {
  const ifRange = c.req.header('if-range');
  return ifRange === undefined || ifRange === etag;
}

function contentRange(range: ByteRange, sizeBytes: number): { 'content-range': string } {
  return { 'content-range': `bytes ${range.start}-${range.end - 1}/${sizeBytes}` };
}

async function withoutBody(
  c: AppContext,
  file: FileHandle,
  status: 200 | 206 | 304 | 416,
  headers: Record<string, string>,
): Promise<Response> {
  await file.close();
  return c.body(null, status, headers);
}

/** Reads as fast as the client accepts data; closes the file at the end, on an error, or when the client disconnects. */
function streamBytes(file: FileHandle, range: ByteRange): ReadableStream<Uint8Array> {
  let offset = range.start;
  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, range.end - offset));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
    // Fewer bytes than announced: the connection must break, or the client would take a part for the whole.
    if (bytesRead === 0) throw new Error('the file was cut short while it was being sent');
    offset += bytesRead;
    controller.enqueue(chunk.subarray(0, bytesRead));
    if (offset < range.end) return;
    await file.close();
    controller.close();
  }
  return new ReadableStream(
    {
      pull: (controller) =>
        pull(controller).catch(async (error) => {
          await file.close();
          throw error;
        }),
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}
