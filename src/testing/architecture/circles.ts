import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { isProduct, type Source } from './source.ts';

/** Circles of imports among the product's files, type imports included, each as the path that leads back to its start. */
export function findCircles(sources: readonly Source[]): string[] {
  const imports = new Map(
    sources
      .filter(({ path }) => isProduct(path))
      .map((source) => [
        source.path,
        importsOf(source).map(({ specifier }) => posix.join(posix.dirname(source.path), specifier)),
      ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  function follow(path: string): void {
    const since = trail.indexOf(path);
    if (since >= 0) circles.push([...trail.slice(since), path].join(' → '));
    if (since >= 0 || done.has(path)) return;
    trail.push(path);
    for (const target of imports.get(path) ?? []) follow(target);
    trail.pop();
    done.add(path);
  }

  for (const path of imports.keys()) follow(path);
  return circles.map((circle) => `${circle}. Let the lower file state the type it needs.`);
}
