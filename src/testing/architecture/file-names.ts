import { posix } from 'node:path';
import { isProduct, type Source } from './source.ts';

/**
 * Names that mean the same in every feature, so that someone who knows one feature finds the file in another:
 * its mount, dependencies, reads, model, pages, API with schemas and docs, and the URLs of the old system.
 * Any other name must identify its file, in a search as in a conversation.
 */
const sharedNames: readonly string[] = [
  'mount.ts',
  'deps.ts',
  'reads.ts',
  'model.ts',
  'routes.ts',
  'views.ts',
  'api.ts',
  'api-schemas.ts',
  'api-docs.ts',
  'compat.ts',
  'compat-schemas.ts',
];

/** Files of the product that have one name and different contents. */
export function findSameNames(sources: readonly Source[]): string[] {
  const products = sources.filter(({ path }) => isProduct(path));
  return [...Map.groupBy(products, ({ path }) => posix.basename(path))]
    .filter(([name, files]) => files.length > 1 && !sharedNames.includes(name))
    .map(
      ([name, files]) =>
        `${files.map(({ path }) => path).join(' and ')} are both called ${name}. Name each for what it exports.`,
    );
}
