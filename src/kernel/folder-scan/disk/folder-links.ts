import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isWithin } from '../../storage/is-within.ts';
import { identityOf } from './root-check.ts';

/**
 * Decides about links to folders. One is followed when its target lies below a folder of `allowed`, was not reached by
 * another path, and holds no folder that the link itself lies in. A target inside the root is there already without it.
 */
export type FolderLinks = {
  /** Whether the folder at a path may be read: true for one that is no link; a link is then `path`'s for good. */
  mayFollow(path: string): boolean;
  /** Whether what lies below a link was reached by another path before. */
  isReachedElsewhere(path: string, identity: string): boolean;
  /** Forgets what was reached below links, at the start of a sweep. */
  begin(): void;
};

export function createFolderLinks(root: string, allowed: readonly string[]): FolderLinks {
  /** Identity of a target → path of the one link that leads to it. */
  const owners = new Map<string, string>();
  let reached = new Map<string, string>();

  function mayFollow(path: string): boolean {
    try {
      if (!lstatSync(path).isSymbolicLink()) return true;
      const target = realpathSync(path);
      const stats = statSync(target);
      if (!stats.isDirectory() || isWithin(realpathSync(root), target)) return false;
      if (!allowed.some((folder) => isWithin(realOf(folder), target))) return false;
      // A link to a folder above itself would go on for ever.
      if (isWithin(target, realpathSync(dirname(path)))) return false;
      const identity = identityOf(stats);
      const owner = owners.get(identity);
      if (owner !== undefined && owner !== path && leadsTo(owner, identity)) return false;
      owners.set(identity, path);
      return true;
    } catch {
      return false;
    }
  }

  return {
    mayFollow,
    isReachedElsewhere(path, identity) {
      const before = reached.get(identity);
      reached.set(identity, before ?? path);
      return before !== undefined && before !== path;
    },
    begin: () => {
      reached = new Map();
    },
  };
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function leadsTo(path: string, identity: string): boolean {
  try {
    return identityOf(statSync(path)) === identity;
  } catch {
    return false;
  }
}
