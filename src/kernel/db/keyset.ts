import { AppError } from '../errors.ts';

/** The position of an image in capture order, after which a page of a list begins (keyset paging). */
export type Keyset = { capturedAt: number; id: number };
export type Direction = 'older' | 'newer';

/** A keyset for a URL: `<capture time>.<id>`. */
export function writeKeyset({ capturedAt, id }: Keyset): string {
  return `${capturedAt}.${id}`;
}

/**
 * Undefined for an empty text.
 *
 * @throws AppError 'invalid' naming the field when the text is no keyset.
 */
export function parseKeyset(text: string | null | undefined, field: string): Keyset | undefined {
  if (text === null || text === undefined || text === '') return undefined;
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
