import { AppError } from '../errors.ts';
import type { AppContext } from './env.ts';

/** The fields of a submitted form, including files. Throws `invalid` if the body does not match its content type. */
export async function readForm(c: AppContext): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid', 'The form of this request cannot be read.', { cause: error });
  }
}
