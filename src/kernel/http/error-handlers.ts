import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { asAwayError } from '../db/faults.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { AppEnv } from './env.ts';

/** An error as it may be shown: an unexpected error's own message is not part of it. */
export type Problem = {
  status: ContentfulStatusCode;
  code: ErrorCode;
  message: string;
  details: Record<string, unknown> | undefined;
  requestId: string;
};

/** Renders a problem as a whole page, or as a panel in place of the requested fragment. */
export type RenderProblem = (
  c: Context<AppEnv>,
  problem: Problem,
  form: 'page' | 'fragment',
) => string | Promise<string>;

const internalMessage =
  'Something went wrong inside the server. The log has the reason under this request id.';

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  429: 'rate_limited',
};

/**
 * Turns every error into an answer. `/api/v1` gets `{"error":{code,message,details,requestId}}`, the paths of the replaced
 * systems (`compatPaths`) get `{"error": message}`, everything else a page or, for a fragment, a panel.
 */
export function createErrorHandlers(options: {
  renderProblem: RenderProblem;
  compatPaths?: readonly string[];
}): {
  onError: ErrorHandler<AppEnv>;
  notFound: NotFoundHandler<AppEnv>;
  /** 405 for a path that allows only other methods. */
  wrongMethod: (c: Context<AppEnv>, allowed: readonly string[]) => Promise<Response>;
} {
  const compatPaths = options.compatPaths ?? [
    '/api/',
    '/img',
    '/thumb',
    '/latest',
    '/list',
    '/image/',
    '/stats',
    '/upload/',
    '/log',
  ];
  const answer = (c: Context<AppEnv>, problem: Problem) =>
    respond(c, problem, compatPaths, options.renderProblem);
  return {
    onError: (error, c) => answer(c, problemOf(error, c)),
    notFound: (c) => answer(c, problemOf(new AppError('not_found', 'There is no such page.'), c)),
    wrongMethod: (c, allowed) => {
      const methods = allowed.join(', ');
      c.header('allow', methods);
      const error = new AppError('invalid', `This address takes ${methods}, not ${c.req.method}.`);
      return answer(c, { ...problemOf(error, c), status: 405 });
    },
  };
}

function problemOf(error: Error, c: Context<AppEnv>): Problem {
  const requestId = c.get('requestId') ?? '';
  const expected = asAppError(error);
  if (!expected || expected.code === 'internal') {
    c.get('log')?.error({ err: error, path: c.req.path }, 'A request failed');
    return { status: 500, code: 'internal', message: internalMessage, details: undefined, requestId };
  }
  return {
    status: expected.status,
    code: expected.code,
    message: expected.message,
    details: expected.details,
    requestId,
  };
}

function asAppError(error: Error): AppError | undefined {
  if (error instanceof AppError) return error;
  const away = asAwayError(error);
  if (away) return away;
  if (!(error instanceof HTTPException) || error.status >= 500) return undefined;
  return new AppError(codeOfStatus[error.status] ?? 'invalid', error.message || 'The request was refused.');
}

async function respond(
  c: Context<AppEnv>,
  problem: Problem,
  compatPaths: readonly string[],
  renderProblem: RenderProblem,
): Promise<Response> {
  const retryAfterSec = problem.details?.retryAfterSec;
  if (typeof retryAfterSec === 'number') c.header('retry-after', String(retryAfterSec));
  c.header('cache-control', 'no-store');

  const { status, code, message, details, requestId } = problem;
  const path = c.req.path;
  if (path.startsWith('/api/v1/') || wantsJson(c)) {
    return c.json({ error: { code, message, details, requestId } }, status);
  }
  if (compatPaths.some((start) => path.startsWith(start))) return c.json({ error: message }, status);
  if (c.req.header('accept')?.startsWith('image/')) return c.text(message, status);
  return c.html(await renderSafely(c, problem, renderProblem), status);
}

function wantsJson(c: Context<AppEnv>): boolean {
  const accept = c.req.header('accept') ?? '';
  return (
    accept.includes('application/json') && !accept.includes('text/html') && !c.req.path.startsWith('/api/')
  );
}

/**
 * If the error page itself cannot be rendered, the bare message is sent instead. Rate-limited requests always get it,
 * because rendering a page for each of a flood would slow down all other requests.
 */
async function renderSafely(
  c: Context<AppEnv>,
  problem: Problem,
  renderProblem: RenderProblem,
): Promise<string> {
  if (problem.code === 'rate_limited') return bareMessage(problem);
  const form = c.req.header('hx-request') === 'true' ? 'fragment' : 'page';
  try {
    return await renderProblem(c, problem, form);
  } catch (error) {
    c.get('log')?.error({ err: error }, 'The error page could not be rendered');
    return bareMessage(problem);
  }
}

function bareMessage({ status, message, requestId }: Problem): string {
  return `<!doctype html><meta charset="utf-8"><title>${status}</title><p>${escapeHtml(message)} ${escapeHtml(requestId)}</p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
