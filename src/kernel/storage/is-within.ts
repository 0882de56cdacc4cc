import { isAbsolute, relative, resolve, sep } from 'node:path';

/** Whether a path is the root or lies below it; whole segments count (`/data` does not hold `/data-old`). */
export function isWithin(root: string, path: string): boolean {
  const below = relative(resolve(root), path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}
