import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../settings/config.ts';
import { nestedFolders, splitFolders } from './split-folders.ts';
import { canUse, usableFolder } from './usable-folder.ts';

/** A notice about this installation that pages and the log show; the text is `notes.<key>`. */
export type Note = {
  key: 'fallback' | 'nested' | 'unwritable' | 'corrupt' | 'damaged' | 'unsaved' | 'demoOverlaps';
  values: Record<string, string>;
};

/** Where this process reads and writes its files. */
export type DataPaths = {
  /** The folders with inspection images; at least one, none inside another. */
  watchDirs: string[];
  /** The SQLite file; with `url`, the database server is used instead. */
  database: { url?: string; path: string };
  dbPath: string;
  stateDir: string;
  backupDir: string;
  demoDir: string;
  /** The folder of live images: that of contract S5, or one of our own (`isOwn`) in the state folder. */
  live: { dir: string; isOwn: boolean };
  notes: Note[];
};

/**
 * Decides on the folders and creates them: the defaults of contract S1 fall back to `./data` and `./state` where they
 * cannot be used. A state folder that cannot be written does not prevent the start: a temporary one is used, and every
 * page says that nothing is kept.
 */
export function resolveDataPaths(config: Config): DataPaths {
  const notes: Note[] = [];
  const watchDirs = resolveWatchFolders(config, notes);
  const wantedPath = sqlitePathOf(config.databaseUrl) ?? config.dbPath;
  const wantedState = dirname(wantedPath);
  const state = usableFolder(wantedState, {
    isDefault: wantedPath === config.dbPath && config.origins.dbPath === 'default',
    fallback: resolve('state'),
    needsWriting: true,
  });
  if (state.fellBack) notes.push({ key: 'fallback', values: { wanted: wantedState, used: state.path } });
  let stateDir = state.path;
  if (!canUse(stateDir, true)) {
    stateDir = mkdtempSync(join(tmpdir(), 'linesight-'));
    notes.push({ key: 'unwritable', values: { wanted: state.path, used: stateDir } });
  }
  const dbPath = resolve(stateDir, basename(wantedPath));
  const url = /^(?:sqlite:.*)?$/.test(config.databaseUrl) ? undefined : config.databaseUrl;
  return {
    watchDirs,
    database: url === undefined ? { path: dbPath } : { url, path: dbPath },
    dbPath,
    stateDir: resolve(stateDir),
    backupDir: config.backupDir ? resolve(config.backupDir) : resolve(stateDir, 'backups'),
    demoDir: config.demoDir ? resolve(config.demoDir) : resolve(stateDir, 'demo'),
    live: resolveLiveFolder(config, resolve(stateDir)),
    notes,
  };
}

/** The pictures of the demo plant's coil line lie beside its folder: inside it theirs would be a station. */
export function demoLiveDirOf(demoDir: string): string {
  return `${demoDir}-live`;
}

function resolveWatchFolders({ watchDir, origins }: Config, notes: Note[]): string[] {
  const isDefault = origins.watchDir === 'default';
  const paths = splitFolders(watchDir).map((wanted) => {
    const watch = usableFolder(wanted, { isDefault, fallback: resolve('data'), needsWriting: false });
    if (watch.fellBack) notes.push({ key: 'fallback', values: { wanted, used: watch.path } });
    return resolve(watch.path);
  });
  const nested = nestedFolders(paths);
  for (const { path, within } of nested) notes.push({ key: 'nested', values: { path, within } });
  return paths.filter((path) => !nested.some((folder) => folder.path === path));
}

/** Only a default is replaced: a configured folder may be a share that is mounted later. */
function resolveLiveFolder({ imageBasePath, origins }: Config, stateDir: string): DataPaths['live'] {
  const isOwn = origins.imageBasePath === 'default' && !existsSync(imageBasePath);
  return { dir: isOwn ? resolve(stateDir, 'live') : resolve(imageBasePath), isOwn };
}

/** The path in `sqlite:/state/data.sqlite`, `sqlite:///state/data.sqlite` or `sqlite:data.sqlite`. */
function sqlitePathOf(url: string): string | undefined {
  return /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
}
