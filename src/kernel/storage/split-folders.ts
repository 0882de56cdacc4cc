import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isWithin } from './is-within.ts';

/** Most folders that one list names. */
export const maxFolders = 16;

/**
 * The folders of a list separated by `;`, in its order, each once. A text that is itself the path of a folder or of a file
 * is that one path, whatever characters it has, and so is a text without a separator.
 */
export function splitFolders(text: string): string[] {
  if (!text.includes(';') || existsSync(text)) return [text];
  const paths = text
    .split(';')
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .map((path) => resolve(path));
  return paths.length === 0 ? [text] : [...new Set(paths)];
}

/** The folders of a list that lie in another one of it: watched twice, their images would be counted twice. */
export function nestedFolders(paths: readonly string[]): { path: string; within: string }[] {
  return paths.flatMap((path) => {
    const within = paths.find((other) => other !== path && isWithin(other, path));
    return within === undefined ? [] : [{ path, within }];
  });
}
