import type { MiddlewareHandler } from 'hono';
import { describeRoute, resolver, uniqueSymbol } from 'hono-openapi';
import { z } from 'zod';
import { AppError, type ErrorCode } from '../errors.ts';
import type { AppContext, AppEnv } from './env.ts';

/** The error answer of all of `/api/v1`. */
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

/** The error answer at the paths of the replaced systems. */
const compatErrorAnswer = z.object({ error: z.string() });

const statusTexts: Partial<Record<ErrorCode, [status: number, text: string]>> = {
  invalid: [400, 'A parameter is unknown or cannot be read; `details.field` names it'],
  unauthorized: [401, 'Sign in, or send a token'],
  forbidden: [403, 'Not allowed from here'],
  too_large: [413, 'Larger than this server takes; `details` says how much that is'],
  not_found: [404, 'There is no such thing'],
  conflict: [409, 'Contradicts what is there already'],
  unavailable: [503, 'Too busy; `Retry-After` says when to try again'],
};

/** The documentation of a route for API clients. */
export type ApiDoc<Query extends z.ZodType = z.ZodType> = {
  tag: string;
  summary: string;
  description?: string;
  /** Validated before the handler runs, which reads it as `c.req.valid('query')`. */
  query?: Query;
  /** The JSON body. The handler validates it: the schema is for people. */
  body?: z.ZodType;
  /** The fields of a submitted form. */
  form?: z.ZodObject;
  /** File fields; with these the form is multipart/form-data. */
  files?: readonly string[];
  /** The schema of a JSON answer, or the content type of any other. */
  answer: z.ZodType | string;
  /** 200 by default. */
  status?: 200 | 201 | 303;
  /** Another status with the same schema, and its meaning. */
  otherwise?: { status: 200 | 503; text: string };
  /** Errors are `{"error": text}`, as in the replaced system. */
  isCompat?: boolean;
  /** The errors to document. */
  refusals?: readonly ErrorCode[];
  /** A valid request: path, query, and form fields or a JSON body. Tests send it; `<path>` stands for the path of an image. */
  example: { path: string; form?: Record<string, string>; body?: unknown };
};

type Documented<Query extends z.ZodType> = MiddlewareHandler<
  AppEnv,
  string,
  { in: { query: z.input<Query> }; out: { query: z.output<Query> } }
>;

/** Addresses of ours alone. Old programs may add what they like to the others, such as a number against caches. */
const ownApi = '/api/v1/';

/**
 * Documents a route for `/openapi.json` and validates its query by the documented schema. In `/api/v1` a name that the
 * schema does not have is refused: a filter with a mistyped name would answer for everything.
 */
export function documented<Query extends z.ZodType>(doc: ApiDoc<Query>): Documented<Query> {
  const known = doc.query ? queryParameters(doc.query).map(({ name }) => name) : [];
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (c.req.path.startsWith(ownApi)) refuseUnknown(new URL(c.req.url).searchParams, known);
    if (doc.query) c.req.addValidatedData('query', parseQuery(doc.query, c) as object);
    await next();
  };
  const described = describeRoute({
    tags: [doc.tag],
    summary: doc.summary,
    ...(doc.description && { description: doc.description }),
    ...(doc.query && { parameters: queryParameters(doc.query) }),
    ...(doc.body && {
      requestBody: {
        content: { 'application/json': { schema: resolver(doc.body), example: doc.example.body } },
      },
    }),
    ...(doc.form && { requestBody: formBody(doc.form, doc.files ?? [], doc.example.form) }),
    responses: { ...answers(doc), ...refusals(doc) },
    'x-example': { ...doc.example, ...(doc.files && { files: doc.files }) },
  } as Parameters<typeof describeRoute>[0]);
  return Object.assign(check, {
    [uniqueSymbol]: Reflect.get(described, uniqueSymbol),
  }) as unknown as Documented<Query>;
}

/** @throws AppError 'invalid' naming the first unknown name and the known ones. */
function refuseUnknown(search: URLSearchParams, known: readonly string[]): void {
  for (const name of search.keys()) {
    if (known.includes(name)) continue;
    const shown = name.slice(0, 40);
    const allowed = known.length === 0 ? 'This address takes none.' : `Known are ${known.join(', ')}.`;
    throw new AppError('invalid', `There is no parameter "${shown}" here. ${allowed}`, {
      details: { field: shown, known },
    });
  }
}

/** @throws AppError 'invalid' naming the field. */
function parseQuery(schema: z.ZodType, c: AppContext): unknown {
  const { searchParams } = new URL(c.req.url);
  // Forms also send the fields that were left empty.
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
    [status]: { description: summary, content },
    ...(otherwise && { [otherwise.status]: { description: otherwise.text, content } }),
  };
}

function refusals({ refusals: own = [], isCompat = false, example }: ApiDoc) {
  const shape = isCompat ? compatErrorAnswer : errorAnswer;
  const codes: readonly ErrorCode[] = example.path.startsWith(ownApi) ? ['invalid', ...own] : own;
  const entries = codes.flatMap((code) => {
    const [status, description] = statusTexts[code] ?? [];
    const content = { 'application/json': { schema: resolver(shape) } };
    return status === undefined || description === undefined ? [] : [[status, { description, content }]];
  });
  return Object.fromEntries(entries);
}
