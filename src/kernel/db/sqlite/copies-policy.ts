import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cut, RetentionPolicy } from '../../retention-policy.ts';
import { listCopies, removeDatabase, stampedAt } from './sqlite-copies.ts';

type Copy = { path: string; at: number; bytes: number };

/** Copies of an SQLite file made before updates, and damaged ones set aside. The newest of each always stays. */
export function createCopiesPolicy(dbPath: string, days: number): RetentionPolicy {
  /** Those that may be deleted, oldest first. */
  const list = (): Copy[] =>
    (['before', 'corrupt'] as const)
      .flatMap((kind) => listCopies(dbPath, kind).slice(1))
      .map((path) => ({
        path,
        at: stampedAt(path),
        bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
      }))
      .sort((a, b) => a.at - b.at);
  return {
    key: 'copies',
    limits: { days, bytes: 0 },
    isEstimate: false,
    folders: () => [dirname(dbPath)],
    hindrance: () => null,
    read: async () => {
      const copies = list();
      return { ...amountOf(copies), oldestAt: copies[0]?.at ?? null };
    },
    preview: async (cut) => amountOf(chosen(list(), cut)),
    remove: async (cut) => {
      const copies = chosen(list(), cut);
      for (const { path } of copies) removeDatabase(path);
      return { ...amountOf(copies), failed: 0, isDone: true };
    },
  };
}

function chosen(copies: readonly Copy[], cut: Cut): Copy[] {
  if ('before' in cut) return copies.filter(({ at }) => at < cut.before);
  let free = 0;
  return copies.filter(({ bytes }) => {
    const isNeeded = free < cut.freeBytes;
    free += bytes;
    return isNeeded;
  });
}

function amountOf(copies: readonly Copy[]): { count: number; bytes: number } {
  return { count: copies.length, bytes: copies.reduce((sum, { bytes }) => sum + bytes, 0) };
}
