import { accessSync, constants, mkdirSync } from 'node:fs';

/**
 * The wanted folder, created if absent. A default folder that cannot be used or created (a laptop without `/data`) is
 * replaced by the fallback; a configured folder never is.
 */
export function usableFolder(
  wanted: string,
  options: { isDefault: boolean; fallback: string; needsWriting: boolean },
): { path: string; fellBack: boolean } {
  if (!options.isDefault || canUse(wanted, options.needsWriting)) return { path: wanted, fellBack: false };
  mkdirSync(options.fallback, { recursive: true });
  return { path: options.fallback, fellBack: true };
}

/** Whether files can be created (or, with `needsWriting` false, read) in a folder, which is created if absent. */
export function canUse(path: string, needsWriting: boolean): boolean {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, needsWriting ? constants.W_OK | constants.X_OK : constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
