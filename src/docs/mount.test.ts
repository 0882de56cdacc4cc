import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { listRouteAccess } from '../kernel/http/guards/may.ts';
import { drawJpeg } from '../testing/image-plant.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

type Example = { path: string; form?: Record<string, string>; body?: unknown; files?: string[] };
type Operation = {
  summary: string;
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema: z.core.JSONSchema.JSONSchema }> }>;
  'x-example': Example;
};
type Spec = { openapi: string; paths: Record<string, Record<string, Operation>> };

const image = 'S9/OR-3CT/NG-20250906-102131-1.jpg';
/** Recorded as number 2, or number 1 if it is read first. */
const undecided = 'S9/OR-3CT/WARN-20250906-102132-2.jpg';
const liveImage = '2891_1757121691123_original.jpg';
const picture = await drawJpeg();
let plant: TestApp;
let spec: Spec;
beforeAll(async () => {
  plant = await createTestApp({
    // The second station is there for one to be merged into it.
    images: [image, undecided, 'S4/OR-3CT/OK-20250906-102131-1.jpg'],
    env: {
      DEMO: '0',
      FILENAME_REGEX: String.raw`^(?<pass>OK|NG|WARN)-(?<date>\d{8})-(?<time>\d{6})-(?<count>\d+)\.jpg$`,
      VERDICT_WORDS: 'WARN=undecided',
      EVENTS_CREATE_UNKNOWN: '1',
    },
    before: (folder) => {
      const live = join(folder, 'state', 'live', 'original');
      mkdirSync(live, { recursive: true });
      writeFileSync(join(live, liveImage), picture);
    },
  });
  await plant.services.live.rescan();
  await plant.services.productivity.workers.put(plant.services.sites.own.id, { code: 'W1' });
  await plant.services.productivity.workstations.put(plant.services.sites.own.id, { code: 'S1' });
  spec = (await plant.json('/openapi.json')) as Spec;
});
afterAll(() => plant.close());

const operations = () =>
  Object.entries(spec.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

async function send(method: string, { path, form, body: sent, files }: Example): Promise<Response> {
  const url = path.replace('<path>', encodeURIComponent(join(plant.watchDir, image)));
  if (sent !== undefined)
    return plant.request(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    });
  if (!files) return plant.request(url, { method, ...(form && { body: new URLSearchParams(form) }) });
  const body = new FormData();
  for (const [name, value] of Object.entries(form ?? {})) body.append(name, value);
  for (const name of files) body.append(name, new Blob([new Uint8Array(picture)]), 'a.jpg');
  return plant.request(url, { method, body });
}

test('every route for programs is described, and every description is of OpenAPI 3.1', () => {
  expect(spec.openapi).toMatch(/^3\.1/);
  const described = operations().map(({ method, path }) => `${method} ${path}`);
  // A path that may end earlier is listed as both of its forms, too.
  const routes = listRouteAccess(plant.app.routes)
    .filter(({ path }) => !path.endsWith('?'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{.*?\})?/g, '{$1}')}`)
    .filter((route) => /^\w+ \/(?:api\/|img$|thumb$|health|latest|list|stats|upload)/.test(route));
  expect(described).toEqual(expect.arrayContaining(routes));
  expect(described.join(' ')).not.toMatch(/[:]|\{\w+\{/);
});

/** What the examples of these need is not here: the prediction of the example has no image, a demo plant takes too long to draw, no alarm is on, one folder is watched. */
const refused: Readonly<Record<string, number>> = {
  'POST /demo/start': 403,
  'POST /alerts/acknowledge': 404,
  'POST /alerts/accept': 404,
  'GET /api/predictions/{id}/image': 404,
  'POST /sources': 400,
  'POST /sources/{id}/remove': 404,
};

test('every documented request works with its example, and its answer matches the documented schema', async () => {
  expect(operations().length).toBeGreaterThan(10);
  for (const { method, path, operation } of operations()) {
    const name = `${method} ${path}`;
    const answer = await send(method, operation['x-example']);
    const described = operation.responses[answer.status];
    expect({ name, status: answer.status, isDescribed: described !== undefined }).toEqual({
      name,
      isDescribed: true,
      status: refused[name] ?? expect.toBeOneOf([200, 201, 303]),
    });
    const schema = described?.content?.['application/json']?.schema;
    if (schema && answer.ok) expectShape(name, await answer.json(), schema);
  }
});

test('a refusal has the shape that is described for it', async () => {
  const { get } = spec.paths['/api/v1/inspections'] ?? {};
  const answer = await plant.request('/api/v1/inspections?limit=0');
  expect(answer.status).toBe(400);
  expectShape(
    'limit=0',
    await answer.json(),
    get?.responses[400]?.content?.['application/json']?.schema ?? {},
  );
});

test('every address of /api/v1 refuses a parameter it does not know and names those it knows', async () => {
  const own = operations().filter(({ path }) => path.startsWith('/api/v1/'));
  expect(own.length).toBeGreaterThan(12);
  for (const { method, path, operation } of own) {
    const example = operation['x-example'].path;
    const answer = await plant.request(`${example}${example.includes('?') ? '&' : '?'}statoin=S9`, {
      method,
    });
    const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
    const allowed = names.length === 0 ? 'This address takes none.' : `Known are ${names.join(', ')}.`;
    expect([path, answer.status, await answer.json()]).toMatchObject([
      path,
      400,
      {
        error: {
          code: 'invalid',
          message: `There is no parameter "statoin" here. ${allowed}`,
          details: { field: 'statoin', known: names },
        },
      },
    ]);
  }
});

test('addresses of the replaced systems and pages pass over what they do not know', async () => {
  const path = encodeURIComponent(join(plant.watchDir, image));
  const old = ['/api/meta?_=1', `/thumb?path=${path}&_=1`, `/img?path=${path}&_=1`, '/list/original?_=1'];
  for (const address of [...old, '/latest?_=1', '/stats?_=1', '/health?_=1', '/inspections?_=1'])
    expect([address, (await plant.request(address)).status]).toEqual([address, 200]);
  expect((await plant.post('/api/stats?_=1')).status).toBe(200);
});

test('the page of the API lists every request without a script, and lends swagger-ui its files', async () => {
  const page = await plant.text('/docs');
  for (const { path } of operations()) expect(page).toContain(path);
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    const file = await plant.request(`/docs/${name}`, { headers: { 'accept-encoding': 'gzip' } });
    expect([file.status, file.headers.get('content-encoding')]).toEqual([200, 'gzip']);
    const etag = file.headers.get('etag') ?? '';
    expect((await plant.request(`/docs/${name}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  }
});

/** Matches the schema, without any property that the schema does not declare. */
function expectShape(name: string, value: unknown, schema: z.core.JSONSchema.JSONSchema): void {
  const parsed = z.fromJSONSchema(closed(schema) as z.core.JSONSchema.JSONSchema).safeParse(value);
  expect({ name, issues: parsed.error?.issues ?? [] }).toEqual({ name, issues: [] });
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}
