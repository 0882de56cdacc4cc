import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Comment, type Program, parseSync } from 'oxc-parser';

/** One source file, parsed. `path` is relative to the project, with forward slashes. */
export type Source = { path: string; text: string; program: Program; comments: Comment[] };

/** Parses one file; a syntax error is thrown with the file's name. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  return { path, text, program, comments };
}

/** Every TypeScript and JavaScript file below the given folders of the project; folders that do not exist are empty. */
export function readSources(projectDir: string, folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => listFiles(join(projectDir, folder)))
    .map((file) => {
      const path = relative(projectDir, file).split(sep).join('/');
      return parseSource(path, readFileSync(file, 'utf8'));
    });
}

function listFiles(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Line number, from 1, of a position in the text. */
export function lineAt(source: Source, offset: number): number {
  return source.text.slice(0, offset).split('\n').length;
}

/** Whether the file is a test, which may reach everywhere. */
function isTest(path: string): boolean {
  return /\.test\.ts$/.test(path);
}

/** Programs around the product: they may use its code, it may not use theirs. */
export const toolFolders: readonly string[] = ['testing', 'bench', 'simulator', 'maintenance'];

/** First folder below src/, or the empty text for files directly in src/. */
export function folderOf(path: string): string {
  const [, folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? '' : folder;
}

/**
 * Whether the file is a client, which runs on other machines, alone: it has no clock, settings or log of ours, and imports
 * nothing. The product serves its text.
 */
export function isEdge(path: string): boolean {
  return path.startsWith('src/client/edge/');
}

/** Whether the file is part of the running product: in src/, no test, no tool around it and no client of it. */
export function isProduct(path: string): boolean {
  const isOther = isTest(path) || isEdge(path) || toolFolders.includes(folderOf(path));
  return path.startsWith('src/') && !isOther;
}
