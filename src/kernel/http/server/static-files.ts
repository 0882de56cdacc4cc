import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { AppError } from '../../errors.ts';
import { bodyOf } from '../body.ts';
import { chooseEncoding } from '../compression.ts';
import type { AppContext, AppEnv } from '../env.ts';
import { matchesEtag } from '../etag.ts';
import { may } from '../guards/may.ts';

/** All static files are kept in memory, with their compressed forms, which are smaller; more is a packaging mistake. */
const maxTotalBytes = 8 * 1024 * 1024;
const hashLength = 10;
const minCompressedBytes = 512;
/** 9 is no faster and five percent larger; 11 takes three times as long for two percent less. */
const brotliQuality = 10;

const typeByExtension: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

const forever = 'public, max-age=31536000, immutable';

type StaticFile = {
  type: string;
  etag: string;
  body: Buffer;
  /** Compressed when it is first asked for, at most once an encoding; undefined where that would save nothing. */
  compressed(encoding: 'br' | 'gzip'): Buffer | undefined;
};

export type StaticFiles = {
  /** URL of a file with the hash of its content: `css/base.css` → `/static/css/base.3f2a….css`. */
  asset(path: string): string;
  /** Hash of all files. */
  readonly version: string;
  /** `GET /static/*`. Hashed names are cached for ever; plain names (used inside CSS and JS) are revalidated. */
  routes(): Hono<AppEnv>;
};

/** The files of htmx served below `/static/`, straight from the installed package. */
export const htmxFiles: Readonly<Record<string, string>> = {
  'vendor/htmx.min.js': fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')),
  'vendor/hx-sse.min.js': fileURLToPath(import.meta.resolve('htmx.org/dist/ext/hx-sse.min.js')),
};

/**
 * Reads all static files once. All of `dir` is served; `extraFiles` maps further paths below
 * `/static/` to files elsewhere (libraries in node_modules).
 */
export function loadStaticFiles(options: {
  dir: string;
  extraFiles?: Readonly<Record<string, string>>;
}): StaticFiles {
  const sources = new Map(listFiles(options.dir).map((path) => [path, join(options.dir, path)]));
  for (const [path, source] of Object.entries(options.extraFiles ?? {})) sources.set(path, source);

  const files = new Map<string, StaticFile>();
  const hashedPaths = new Map<string, string>();
  const plainPaths = new Map<string, string>();
  let totalBytes = 0;
  for (const [path, source] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const file = readStaticFile(path, source);
    totalBytes += file.body.length;
    if (totalBytes > maxTotalBytes)
      throw new AppError('internal', `The files below ${options.dir} are too large.`);
    const hashedPath = withHash(path, file.etag);
    files.set(path, file);
    hashedPaths.set(path, hashedPath);
    plainPaths.set(hashedPath, path);
  }

  const find = (name: string) => {
    const plainPath = plainPaths.get(name);
    const file = files.get(plainPath ?? name);
    return file && { file, immutable: plainPath !== undefined };
  };
  return {
    version: shortHash([...hashedPaths.values()].join('\n')),
    asset: (path) => {
      const hashedPath = hashedPaths.get(path);
      if (hashedPath === undefined) throw new AppError('internal', `There is no static file ${path}`);
      return `/static/${hashedPath}`;
    },
    routes: () =>
      new Hono<AppEnv>().get('/static/*', may('public'), (c) => answer(c, find(c.req.path.slice(8)))),
  };
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function readStaticFile(path: string, source: string): StaticFile {
  const written = readFileSync(source);
  const body = path.endsWith('.css') ? withoutComments(written) : written;
  const type = contentTypeOf(path);
  const isCompressed = body.length >= minCompressedBytes && /^text|json|svg/.test(type);
  // Together they take 0.16 s of a processor, which neither a start nor its first page has to wait for.
  const forms = new Map<'br' | 'gzip', Buffer>();
  const compressed: StaticFile['compressed'] = (encoding) => {
    if (!isCompressed) return undefined;
    const form = forms.get(encoding) ?? compressors[encoding](body);
    forms.set(encoding, form);
    return form;
  };
  return { type, etag: `"${shortHash(body)}"`, body, compressed };
}

const compressors = {
  br: (body: Buffer) =>
    brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
  gzip: (body: Buffer) => gzipSync(body, { level: 9 }),
};

/** Comments are for who reads the sources; compressed they are a tenth of a page's style sheets. */
function withoutComments(css: Buffer): Buffer {
  const text = css.toString('utf8');
  return Buffer.from(
    text.replaceAll(/("[^"]*"|'[^']*')|\/\*[\s\S]*?\*\//g, (_, quoted?: string) => quoted ?? ''),
  );
}

function shortHash(data: Buffer | string): string {
  return hash('sha256', data, 'hex').slice(0, hashLength);
}

function withHash(path: string, etag: string): string {
  const { dir, name, ext } = posix.parse(path);
  return posix.join(dir, `${name}.${etag.slice(1, -1)}${ext}`);
}

function answer(
  c: AppContext,
  found: { file: StaticFile; immutable: boolean } | undefined,
): Response | Promise<Response> {
  if (!found) return c.notFound() as Response | Promise<Response>;
  const { file, immutable } = found;
  const headers: Record<string, string> = {
    'content-type': file.type,
    'cache-control': immutable ? forever : 'no-cache',
    etag: file.etag,
    vary: 'Accept-Encoding',
  };
  if (matchesEtag(c.req.header('if-none-match'), file.etag)) return c.body(null, 304, headers);
  const encoding = chooseEncoding(c.req.header('accept-encoding'));
  const compressed = encoding && file.compressed(encoding);
  if (compressed) headers['content-encoding'] = encoding;
  return c.body(bodyOf(compressed ?? file.body), 200, headers);
}

/** The media type of a static file by its extension; files from disks are judged by their content instead. */
function contentTypeOf(path: string): string {
  return typeByExtension[extname(path).toLowerCase()] ?? 'application/octet-stream';
}
