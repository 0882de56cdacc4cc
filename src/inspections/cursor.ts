import { AppError } from '../kernel/errors.ts';
import type { Cursor } from './queries/inspection-queries.ts';

/** A place in a list as it stands in a URL: `<capture time>.<id>`. */
export function writeCursor({ capturedAt, id }: Cursor): string {
  return `${capturedAt}.${id}`;
}

/** @throws AppError 'invalid' naming the field when the text is no place; undefined for none. */
export function parseCursor(text: string | null, field: string): Cursor | undefined {
  if (text === null || text === '') return undefined;
  const match = /^(-?\d{1,15})\.(\d{1,15})$/.exec(text);
  if (!match) {
    throw new AppError(
      'invalid',
      `"${text.slice(0, 40)}" is not a place in this list. Follow the links of a list, or leave ${field} out.`,
      {
        details: { field },
      },
    );
  }
  return { capturedAt: Number(match[1]), id: Number(match[2]) };
}
