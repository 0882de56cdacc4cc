import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The two files of swagger-ui for its page, from the installed package. */
const swaggerFiles = {
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    url: import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    url: import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  },
} as const;
export type SwaggerFileName = keyof typeof swaggerFiles;

export type SwaggerFile = { type: string; etag: string; body: Buffer; gzipped: Buffer };

/**
 * Loads a file of swagger-ui at its first request and keeps it, compressed outside the event loop: it is larger than all
 * our own files together, and rarely used.
 */
export function createSwaggerFiles(): { read(name: SwaggerFileName): Promise<SwaggerFile> } {
  const files = new Map<SwaggerFileName, Promise<SwaggerFile>>();
  return {
    read: (name) => {
      const known = files.get(name) ?? load(name);
      files.set(name, known);
      return known;
    },
  };
}

async function load(name: SwaggerFileName): Promise<SwaggerFile> {
  const { type, url } = swaggerFiles[name];
  const body = await readFile(fileURLToPath(url));
  return {
    type,
    etag: `"${hash('sha256', body, 'hex').slice(0, 10)}"`,
    body,
    gzipped: await promisify(gzip)(body),
  };
}
