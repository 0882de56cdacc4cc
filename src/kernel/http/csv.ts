import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { acceptsEncoding } from './compression.ts';
import type { AppContext } from './env.ts';

/** A spreadsheet opens at most so many lines. */
export const maxCsvRows = 1_048_575;
/** Rows converted in one go; other requests get their turn between two chunks. */
const rowsPerChunk = 500;

type Row = readonly unknown[];
type Rows = Iterable<Row> | AsyncIterable<Row>;

/**
 * Streams a table as a download while its rows are being read; rows after the first million are left out. With a byte
 * order mark and CR LF, as Excel expects. Texts that a spreadsheet would run as a formula (they begin with `=`, `+`, `-`,
 * `@` or a tab) get an apostrophe in front; numbers stay numbers.
 */
export function csvResponse(
  c: AppContext,
  options: { fileName: string; columns: readonly string[]; rows: Rows },
): Response {
  const text = Readable.from(csvChunks(options.columns, options.rows), { objectMode: false });
  text.once('error', (error) => {
    if (error.name !== 'AbortError') c.get('log')?.error({ err: error }, 'An export failed before its end');
  });
  const zipped = acceptsEncoding(c.req.header('accept-encoding'), 'gzip');
  // Compose passes on errors and disconnects in both directions, so a download that failed never looks complete.
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

/** RFC 6266: an ASCII name for old clients, the actual one for all others. */
function disposition(fileName: string): string {
  const plain = fileName.replace(/[^\w.-]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
