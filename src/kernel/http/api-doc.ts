import type { MiddlewareHandler } from 'hono';
import { describeRoute, resolver, uniqueSymbol } from 'hono-openapi';
import { z } from 'zod';
import { AppError, type ErrorCode } from '../errors.ts';
import type { AppContext, AppEnv } from './env.ts';

/** How a refusal is answered everywhere below `/api/v1`. */
const errorAnswer = z.object({
  error: z.object({
    code: z.string().describe('What went wrong, in words a program may rely on'),
    message: z.string().describe('The same for people, with what to do'),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('`field` names the parameter that is wrong'),
    requestId: z.string().describe('Finds the request in the log'),
  }),
});

/** The same at the paths of the systems it replaces. */
const compatErrorAnswer = z.object({ error: z.string() });

const statusTexts: Partial<Record<ErrorCode, [status: number, text: string]>> = {
  invalid: [400, 'A parameter cannot be read; `details.field` names it'],
  unauthorized: [401, 'Sign in, or send a token'],
  forbidden: [403, 'Not allowed from here'],
  too_large: [413, 'Larger than this server takes; `details` says how much that is'],
  not_found: [404, 'There is no such thing'],
  unavailable: [503, 'Too busy; `Retry-After` says when to try again'],
};

/** What a program needs to know about a route. */
export type ApiDoc<Query extends z.ZodType = z.ZodType> = {
  tag: string;
  summary: string;
  description?: string;
  /** Read and checked before the handler runs, which finds it under `c.req.valid('query')`. */
  query?: Query;
  /** The fields of a form that is sent. */
  form?: z.ZodObject;
  /** Fields that hold a file; the form is sent as multipart/form-data then. */
  files?: readonly string[];
  /** The shape of a JSON answer, or the content type of any other. */
  answer: z.ZodType | string;
  /** 200 when not said otherwise. */
  status?: 200 | 303;
  /** Where the same shape is answered with another status as well, and what that says. */
  otherwise?: { status: 503; text: string };
  /** Refusals are `{"error": text}`, as the replaced system had them. */
  isCompat?: boolean;
  /** The refusals it is known for. */
  refusals?: readonly ErrorCode[];
  /** A request that works: path and query, and the form's fields. Tests send it; `<path>` is the path of an image. */
  example: { path: string; form?: Record<string, string> };
};

type Documented<Query extends z.ZodType> = MiddlewareHandler<
  AppEnv,
  string,
  { in: { query: z.input<Query> }; out: { query: z.output<Query> } }
>;

/** Describes a route for `/openapi.json` and holds its query to the schema that is described. */
export function documented<Query extends z.ZodType>(doc: ApiDoc<Query>): Documented<Query> {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (doc.query) c.req.addValidatedData('query', parseQuery(doc.query, c) as object);
    await next();
  };
  const described = describeRoute({
    tags: [doc.tag],
    summary: doc.summary,
    ...(doc.description && { description: doc.description }),
    ...(doc.query && { parameters: queryParameters(doc.query) }),
    ...(doc.form && { requestBody: formBody(doc.form, doc.files ?? [], doc.example.form) }),
    responses: { ...answers(doc), ...refusals(doc) },
    'x-example': { ...doc.example, ...(doc.files && { files: doc.files }) },
  } as Parameters<typeof describeRoute>[0]);
  return Object.assign(check, {
    [uniqueSymbol]: Reflect.get(described, uniqueSymbol),
  }) as unknown as Documented<Query>;
}

/** @throws AppError 'invalid' naming the field that does not fit. */
function parseQuery(schema: z.ZodType, c: AppContext): unknown {
  const { searchParams } = new URL(c.req.url);
  // A form sends what was left empty as well.
  const given = [...searchParams].filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new AppError('invalid', `${field}: ${issue?.message ?? 'not understood'}`, { details: { field } });
}

function queryParameters(schema: z.ZodType) {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { description?: string };
    return { in: 'query' as const, name, required: required.includes(name), description, schema: rest };
  });
}

function formBody(form: z.ZodObject, files: readonly string[], example: Record<string, string> | undefined) {
  if (files.length === 0)
    return { content: { 'application/x-www-form-urlencoded': { schema: resolver(form), example } } };
  const { properties = {}, required = [] } = z.toJSONSchema(form, { io: 'input' });
  const binary = files.map((name) => [name, { type: 'string' as const, format: 'binary' }]);
  const schema = {
    type: 'object' as const,
    properties: { ...properties, ...Object.fromEntries(binary) },
    required: [...required, ...files],
  };
  return { content: { 'multipart/form-data': { schema, example } } };
}

function answers({ answer, status = 200, summary, otherwise }: ApiDoc) {
  if (status === 303) return { 303: { description: 'Done; a browser goes back to its page' } };
  if (typeof answer === 'string') {
    return {
      200: { description: summary, content: { [answer]: { schema: { type: 'string' as const } } } },
    };
  }
  const content = { 'application/json': { schema: resolver(answer) } };
  return {
    200: { description: summary, content },
    ...(otherwise && { [otherwise.status]: { description: otherwise.text, content } }),
  };
}

function refusals({ refusals: codes = [], isCompat = false }: ApiDoc) {
  const shape = isCompat ? compatErrorAnswer : errorAnswer;
  const entries = codes.flatMap((code) => {
    const [status, description] = statusTexts[code] ?? [];
    const content = { 'application/json': { schema: resolver(shape) } };
    return status === undefined || description === undefined ? [] : [[status, { description, content }]];
  });
  return Object.fromEntries(entries);
}
