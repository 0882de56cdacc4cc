import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { isProduct, type Source } from './source.ts';

/** Files whose circles are still to be opened; entries only leave this list. */
const openedLater: readonly string[] = [
  'src/kernel/settings/config.ts',
  'src/kernel/settings/conflicting-settings.ts',
  'src/kernel/settings/misspelt-settings.ts',
  'src/kernel/settings/process-settings.ts',
  'src/kernel/settings/role.ts',
  'src/kernel/settings/settings-file.ts',
  'src/kernel/settings/settings.ts',
  'src/kernel/processes/bus/bus.ts',
  'src/kernel/processes/bus/questions.ts',
  'src/kernel/folder-scan/found-files.ts',
  'src/kernel/folder-scan/reading.ts',
];

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
    if (since >= 0) {
      const circle = trail.slice(since);
      if (!circle.every((file) => openedLater.includes(file))) circles.push([...circle, path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of imports.get(path) ?? []) follow(target);
    trail.pop();
    done.add(path);
  }

  for (const path of imports.keys()) follow(path);
  return circles.map((circle) => `${circle}. Let the lower file state the type it needs.`);
}
