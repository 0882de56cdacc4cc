import { open } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { checkCompleteness } from './completeness.ts';
import { type AcceptedType, findAcceptedType, sniffBytes } from './content-type.ts';
import { readPixelSize } from './pixel-size.ts';

/**
 * Checks a received file by its content and answers its type: JPEG, PNG or BMP, complete, with no more pixels than can be
 * drawn.
 *
 * @throws AppError 'invalid' naming the field.
 */
export async function checkImageFile(path: string, field: string): Promise<AcceptedType> {
  const refuse = (what: string) => new AppError('invalid', `${field}: ${what}`, { details: { field } });
  const file = await open(path);
  const head = Buffer.alloc(sniffBytes);
  try {
    await file.read(head, 0, sniffBytes, 0);
  } finally {
    await file.close();
  }
  const type = findAcceptedType(head);
  if (!type) throw refuse('this is no JPEG, PNG or BMP image.');
  if ((await checkCompleteness(path)) === 'incomplete') throw refuse('the image ends too early.');
  if (!(await readPixelSize(path))) throw refuse('the image cannot be read, or has too many pixels.');
  return type;
}
