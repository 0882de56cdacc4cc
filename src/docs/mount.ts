import { Hono } from 'hono';
import { bodyOf } from '../kernel/http/body.ts';
import { acceptsEncoding } from '../kernel/http/compression.ts';
import type { AppContext, AppEnv } from '../kernel/http/env.ts';
import { matchesEtag, sendRevalidated } from '../kernel/http/etag.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import { describeApp, listOperations, type OpenApi } from './openapi.ts';
import { createSwaggerFiles, type SwaggerFileName } from './swagger-files.ts';

export type DocsDeps = { renderer: Renderer; version: string; app: () => Hono<AppEnv> };

/** `/openapi.json`, generated from the validating schemas, and `/docs`, its interactive page. */
export function mountDocs({ renderer, version, app }: DocsDeps): Hono<AppEnv> {
  const swagger = createSwaggerFiles();
  let spec: Promise<OpenApi> | undefined;
  const readSpec = () => {
    spec ??= describeApp(app(), version);
    return spec;
  };
  const sendSwagger = async (c: AppContext, name: SwaggerFileName) => {
    const { type, etag, body, gzipped } = await swagger.read(name);
    const headers = { etag, 'cache-control': 'no-cache', vary: 'Accept-Encoding', 'content-type': type };
    if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
    if (!acceptsEncoding(c.req.header('accept-encoding'), 'gzip')) {
      return c.body(bodyOf(body), 200, headers);
    }
    return c.body(bodyOf(gzipped), 200, { ...headers, 'content-encoding': 'gzip' });
  };
  return new Hono<AppEnv>()
    .get('/openapi.json', may('look'), async (c) =>
      sendRevalidated(c, JSON.stringify(await readSpec()), 'application/json'),
    )
    .get('/docs', may('look'), async (c) => {
      const operations = listOperations(await readSpec());
      const groups = [...Map.groupBy(operations, ({ tag }) => tag)];
      return renderer.render(c, 'docs/page', {
        view: { groups: groups.map(([tag, operations]) => ({ tag, operations })) },
      });
    })
    .get('/docs/swagger-ui.css', may('look'), (c) => sendSwagger(c, 'swagger-ui.css'))
    .get('/docs/swagger-ui-bundle.js', may('look'), (c) => sendSwagger(c, 'swagger-ui-bundle.js'));
}
