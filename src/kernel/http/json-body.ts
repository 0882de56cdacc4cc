import { AppError } from '../errors.ts';
import type { AppContext } from './env.ts';

/** The JSON of a request. @throws AppError 'invalid' when the body is none. */
export async function readJson(c: AppContext): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid', `The body is not JSON: ${(cause as Error).message}`, {
      details: { field: 'body' },
      cause,
    });
  }
}
