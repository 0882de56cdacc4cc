import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import type { AppEnv } from '../kernel/http/env.ts';

export type OpenApi = Awaited<ReturnType<typeof generateSpecs>>;

/** One operation, as listed. */
export type Operation = { method: string; path: string; summary: string; tag: string };

const description = [
  'Instants are epoch milliseconds UTC, sizes and durations carry their unit in the name, ratios are 0..1, and what is not known is `null`.',
  'Refusals are `{"error":{"code","message","details","requestId"}}`; at the paths of ImgStats `{"error":"…"}`.',
].join('\n\n');

/** Display order; other tags follow. */
const tags = ['Inspections', 'ImgStats', 'Health', 'Forms of the pages'];

/** The OpenAPI 3.1 document of an app's documented routes. */
export async function describeApp(app: Hono<AppEnv>, version: string): Promise<OpenApi> {
  const spec = await generateSpecs(app, {
    documentation: {
      info: { title: 'Linesight', version, description },
      tags: tags.map((name) => ({ name })),
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      // Which of the two a request needs depends on the ACCESS setting.
      security: [{}, { token: [] }],
    },
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  return { ...spec, openapi: '3.1.0', paths: withoutPatterns(spec.paths) };
}

/** Converts Hono's `{id{[0-9]+}}`, which OpenAPI does not know. */
function withoutPatterns(paths: OpenApi['paths']): OpenApi['paths'] {
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [path.replaceAll(/\{(\w+)\{.*?\}\}/g, '{$1}'), item]),
  );
}

/** Every operation of a document, by tag and then in the order of the routes. */
export function listOperations(spec: OpenApi): Operation[] {
  const operations = Object.entries(spec.paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => {
      const { summary = '', tags: own = [] } = operation as { summary?: string; tags?: string[] };
      return { method: method.toUpperCase(), path, summary, tag: own[0] ?? '' };
    }),
  );
  const rank = ({ tag }: Operation) => (tags.includes(tag) ? tags.indexOf(tag) : tags.length);
  return operations.sort((a, b) => rank(a) - rank(b));
}
