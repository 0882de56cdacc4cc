import { AppError } from '../errors.ts';
import type { AppContext } from './env.ts';

/** The fields of a form that was sent, files included; throws `invalid` for a body that is not what it says it is. */
export async function readForm(c: AppContext): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid', 'The form of this request cannot be read.', { cause: error });
  }
}
