import { fileURLToPath } from 'node:url';

/** The files of htmx served below `/static/`, straight from the installed package. */
export const htmxFiles: Readonly<Record<string, string>> = {
  'vendor/htmx.min.js': fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')),
  'vendor/hx-sse.min.js': fileURLToPath(import.meta.resolve('htmx.org/dist/ext/hx-sse.min.js')),
};
