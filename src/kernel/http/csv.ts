import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { acceptsEncoding } from './compression.ts';
import type { AppContext } from './env.ts';

/** A spreadsheet opens no more lines than this. */
export const maxCsvRows = 1_048_575;
/** Rows made into text in one go; other requests get their turn between two of them. */
const rowsPerChunk = 500;

type Row = readonly unknown[];
type Rows = Iterable<Row> | AsyncIterable<Row>;

/**
 * Sends a table as a download while its rows are still being read; rows after the first million are left out.
 * With a byte order mark and CR LF, as Excel expects. A text a spreadsheet would run as a formula (it begins with
 * `=`, `+`, `-`, `@` or a tab) is shown behind an apostrophe; numbers stay numbers.
 */
export function csvResponse(
  c: AppContext,
  options: { fileName: string; columns: readonly string[]; rows: Rows },
): Response {
  const text = Readable.from(csvChunks(options.columns, options.rows), { objectMode: false });
  text.once('error', (error) => {
    if (error.name !== 'AbortError') c.get('log')?.error({ err: error }, 'An export broke off');
  });
  const zipped = acceptsEncoding(c.req.header('accept-encoding'), 'gzip');
  // Compose hands errors and leaving readers on, both ways: a broken-off download never looks complete.
  const body = zipped ? text.compose(createGzip({ level: 5 })) : text;
  const headers: Record<string, string> = {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': disposition(options.fileName),
    'cache-control': 'no-store',
    vary: 'Accept-Encoding',
  };
  if (zipped) headers['content-encoding'] = 'gzip';
  return c.body(Readable.toWeb(body) as ReadableStream<Uint8Array>, 200, headers);
}

async function* csvChunks(columns: readonly string[], rows: Rows): AsyncGenerator<Buffer> {
  yield Buffer.from(`\ufeff${toCsv([columns])}`);
  let chunk: Row[] = [];
  let count = 0;
  for await (const row of rows) {
    if (count++ >= maxCsvRows) break;
    chunk.push(row);
    if (chunk.length < rowsPerChunk) continue;
    yield Buffer.from(toCsv(chunk));
    chunk = [];
    await nextTurn();
  }
  if (chunk.length > 0) yield Buffer.from(toCsv(chunk));
}

function toCsv(rows: readonly Row[]): string {
  return stringify([...rows], {
    escape_formulas: true,
    record_delimiter: 'windows',
    quote_record_delimiter: true,
  });
}

/** RFC 6266: a plain name for old programs, the true one for the rest. */
function disposition(fileName: string): string {
  const plain = fileName.replace(/[^\w.-]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
