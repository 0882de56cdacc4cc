import { accessSync, constants, mkdirSync } from 'node:fs';

/**
 * The folder that was asked for, made when it is absent; where it is a default and neither exists nor can be made
 * (a laptop without `/data`), the fallback instead. A folder somebody named is never replaced.
 */
export function usableFolder(
  wanted: string,
  options: { isDefault: boolean; fallback: string; needsWriting: boolean },
): { path: string; fellBack: boolean } {
  if (!options.isDefault || canUse(wanted, options.needsWriting)) return { path: wanted, fellBack: false };
  mkdirSync(options.fallback, { recursive: true });
  return { path: options.fallback, fellBack: true };
}

/** Whether files can be made (or, without writing, read) in a folder, which is made when absent. */
export function canUse(path: string, needsWriting: boolean): boolean {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, needsWriting ? constants.W_OK | constants.X_OK : constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
