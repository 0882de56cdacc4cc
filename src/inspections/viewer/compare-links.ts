import { pageHref } from '../../plant/links.ts';
import type { ImageSet } from './image-set.ts';

/** How many images are shown side by side. */
const minCompared = 2;
export const maxCompared = 4;

export const comparePath = '/inspections/compare';

/** The page that shows images of a set side by side; null for fewer than two. */
export function compareHref(
  images: readonly { id: number }[],
  { list = {} }: Pick<ImageSet, 'list'>,
): string | null {
  if (images.length < minCompared) return null;
  const { verdict = '', ...query } = list;
  return pageHref(comparePath, query, { verdict, ids: images.map(({ id }) => id).join(',') });
}
