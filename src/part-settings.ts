import { join } from 'node:path';
import type { InspectionDeps } from './inspections/deps.ts';
import type { SourcesOptions } from './inspections/watching/sources.ts';
import type { Config } from './kernel/settings/config.ts';
import type { DataPaths } from './kernel/storage/data-paths.ts';
import { hourMs, minuteMs, secondMs } from './kernel/time/durations.ts';
import type { SystemLimits } from './system/figures.ts';

/** The settings as each part of the product takes them: in its own units. */

const megabyte = 1_000_000;

/** How watched folders are swept. */
export function scanSettings(
  config: Config,
): Pick<SourcesOptions, 'scan' | 'watchMode' | 'patternSource' | 'exclude' | 'timeZone'> {
  return {
    scan: {
      minFileAgeMs: config.minFileAgeSec * secondMs,
      recentMs: config.recentMtimeMin * minuteMs,
      pollIntervalMs: config.pollIntervalSec * secondMs,
      reconcileIntervalMs: config.reconcileIntervalMin * minuteMs,
    },
    watchMode: config.watchMode,
    patternSource: config.filenameRegex,
    exclude: config.exclude,
    timeZone: config.siteTimeZone,
  };
}

/** A server's database is backed up by the server's own means. */
export function backupSettings(
  config: Config,
  { database, dbPath, backupDir }: DataPaths,
): { path: string; dir: string; intervalMs: number; keep: number } {
  return {
    path: dbPath,
    dir: backupDir,
    intervalMs: database.url === undefined ? config.backupIntervalHours * hourMs : 0,
    keep: config.backupKeep,
  };
}

/** The demo plant writes and is watched in one process: it belongs to installations that are no more than that. */
export function demoSettings(
  config: Config,
  paths: DataPaths,
): { isAllowed: boolean; dir: string; timeZone: string } {
  return {
    isAllowed: config.demo && config.role === 'all',
    dir: paths.demoDir,
    timeZone: config.siteTimeZone,
  };
}

/** Where thumbnails lie and how much room they have. */
export function thumbnailSettings(
  config: Config,
  paths: DataPaths,
): { dir: string; budgetBytes: number; ngCount: number } {
  return {
    dir: join(paths.stateDir, 'thumbnails'),
    budgetBytes: config.thumbBudgetMb * megabyte,
    ngCount: config.ngPreviewCount,
  };
}

/** What pages and interfaces need to know of the settings. */
export function pageSettings(
  config: Config,
  demo: { readonly isRunning: boolean },
): InspectionDeps['settings'] {
  const isDemoOffered = config.demo && config.role === 'all';
  return {
    ngPreviewCount: config.ngPreviewCount,
    pattern: config.origins.filenameRegex === 'default' ? null : config.filenameRegex,
    demo: () => (demo.isRunning ? 'drawing' : isDemoOffered ? 'offered' : 'none'),
    thumbMaxDim: config.thumbMaxDim,
  };
}

/** What is normal for a process with these settings. */
export function systemLimits(config: Config): SystemLimits {
  return {
    pollIntervalMs: config.pollIntervalSec * secondMs,
    maxViewers: config.maxViewers,
    thumbnailBytes: config.thumbBudgetMb * megabyte,
  };
}
