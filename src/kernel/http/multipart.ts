import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { AppError } from '../errors.ts';
import type { AppContext } from './env.ts';

/** What a multipart form may contain; any other field is refused by name. */
export type MultipartLimits = {
  /** Target path for the file of each field; it must not exist yet. */
  files: Readonly<Record<string, string>>;
  maxFileBytes: number;
  /** Text fields, each with its maximum of bytes. */
  fields: Readonly<Record<string, number>>;
  /** Time for the whole form to arrive, ms. */
  withinMs?: number;
};

export type Multipart = {
  fields: Record<string, string>;
  /** Sizes of the received files by field. The files are flushed to disk. */
  files: Record<string, number>;
};

/** Headers of the parts, boundaries and line ends. */
const overheadBytes = 64 * 1024;

/**
 * Streams `multipart/form-data`: files are written to disk chunk by chunk, so that memory does not grow with them. The
 * rest of a refused form is read and discarded, because clients do not read an answer while sending. The caller deletes
 * the files of a refused form. Throws `invalid` and `too_large` with the field's name, and `unavailable` if the disk is
 * full or the form takes too long.
 */
export async function receiveMultipart(c: AppContext, limits: MultipartLimits): Promise<Multipart> {
  const contentType = c.req.header('content-type') ?? '';
  const { body } = c.req.raw;
  if (!/^multipart\/form-data\s*;/i.test(contentType) || body === null)
    throw new AppError('invalid', 'Send a form as multipart/form-data.');
  const maxBytes = maxBodyBytes(limits);
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge('body', maxBytes);
  const parser = openParser(contentType, limits);
  const received: Multipart = { fields: {}, files: {} };
  const writes: Promise<void>[] = [];
  const streams: BusboyFileStream[] = [];
  let fault: AppError | undefined;
  const refuse = (error: AppError) => {
    fault ??= error;
  };
  const refuseCut = (cause: unknown) =>
    refuse(new AppError('invalid', 'The form ends too early or cannot be read.', { cause }));

  parser.on('file', (field: string, stream: BusboyFileStream) => {
    // A truncated form raises its error here, whether or not the stream is being read yet.
    stream.on('error', refuseCut);
    streams.push(stream);
    const path = Object.hasOwn(limits.files, field) ? limits.files[field] : undefined;
    if (path === undefined || Object.hasOwn(received.files, field)) refuse(unexpected(field));
    if (fault || path === undefined) {
      stream.resume();
      return;
    }
    received.files[field] = 0;
    const written = writeFile(stream, path).then((sizeBytes) => {
      received.files[field] = sizeBytes;
      if (stream.truncated) refuse(tooLarge(field, limits.maxFileBytes));
    });
    // The rest is read even if the disk refuses it, or the sender would wait for ever.
    written.catch(() => stream.resume());
    writes.push(written);
  });
  parser.on('field', (field: string, value: string, _name: boolean, isTruncated: boolean) => {
    const most = Object.hasOwn(limits.fields, field) ? (limits.fields[field] ?? 0) : undefined;
    if (most === undefined || Object.hasOwn(received.fields, field)) refuse(unexpected(field));
    else if (isTruncated || Buffer.byteLength(value) > most) refuse(tooLarge(field, most));
    else received.fields[field] = value;
  });
  for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(event, () => refuse(new AppError('invalid', 'The form has more fields than it may have.')));

  try {
    const signal = limits.withinMs === undefined ? undefined : AbortSignal.timeout(limits.withinMs);
    await pipeline(Readable.fromWeb(body as never), countBytes(maxBytes), parser, { signal });
  } catch (error) {
    for (const stream of streams) stream.destroy();
    await Promise.allSettled(writes);
    if (error instanceof AppError) throw error;
    if ((error as Error).name === 'AbortError') throw tooSlow(limits.withinMs ?? 0, error);
    refuseCut(error);
    throw fault;
  }
  const failed = (await Promise.allSettled(writes)).find((one) => one.status === 'rejected');
  if (fault) throw fault;
  if (failed) throw unwritable(failed.reason);
  return received;
}

/** Maximum size of a form within these limits. */
function maxBodyBytes({ files, maxFileBytes, fields }: MultipartLimits): number {
  const text = Object.values(fields).reduce((sum, bytes) => sum + bytes, 0);
  return Object.keys(files).length * (maxFileBytes + 1024 * 1024) + text + overheadBytes;
}

function openParser(contentType: string, { files, maxFileBytes, fields }: MultipartLimits) {
  const fileCount = Object.keys(files).length;
  const fieldCount = Object.keys(fields).length;
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fieldNameSize: 100,
        fieldSize: Math.max(...Object.values(fields), 1) + 1,
        fields: fieldCount + 1,
        fileSize: maxFileBytes,
        files: fileCount + 1,
        parts: fileCount + fieldCount + 2,
        headerPairs: 20,
      },
    });
  } catch (error) {
    throw new AppError('invalid', 'The form does not say where its parts begin (boundary).', {
      cause: error,
    });
  }
}

async function* emptyChunks(): AsyncGenerator<Buffer> {}

function countBytes(maxBytes: number) {
  return async function* (chunks: AsyncIterable<Buffer> = emptyChunks()): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge('body', maxBytes);
      yield chunk;
    }
  };
}

/** Writes a new file and flushes it to disk. Returns its size. */
async function writeFile(stream: BusboyFileStream, path: string): Promise<number> {
  const file = await open(path, 'wx');
  let sizeBytes = 0;
  try {
    // A failed write must not destroy the stream, or the parser would wait for it for ever.
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      await file.writeFile(chunk);
      sizeBytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return sizeBytes;
}

function unwritable(cause: unknown): AppError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
  const what = isFull ? 'The disk is full' : 'The files cannot be written';
  return new AppError('unavailable', `${what}; nothing was kept. Send the form again later.`, { cause });
}

function tooSlow(withinMs: number, cause: unknown): AppError {
  return new AppError(
    'unavailable',
    `The form was not sent within ${withinMs / 1000} s; nothing was kept. Send it again.`,
    { cause, details: { retryAfterSec: 5 } },
  );
}

function tooLarge(field: string, maxBytes: number): AppError {
  return new AppError('too_large', `${field} is larger than the ${maxBytes} bytes taken.`, {
    details: { field, maxBytes },
  });
}

function unexpected(field: string): AppError {
  return new AppError('invalid', `${field.slice(0, 100)}: the form has no such field, or has it twice.`, {
    details: { field: field.slice(0, 100) },
  });
}
