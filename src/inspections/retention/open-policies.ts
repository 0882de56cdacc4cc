import { createThumbnailPolicy } from '../../kernel/images/thumbnails/thumbnail-policy.ts';
import type { ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import type { Config } from '../../kernel/settings/config.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';
import type { Sources } from '../watching/sources.ts';
import { createGapPolicy } from './gap-policy.ts';
import { readingHindrance } from './reading-hindrance.ts';
import { createRowPolicy } from './row-policy.ts';
import { createSourcePolicy } from './source-policy.ts';

const gigabyte = 1e9;

/** What retention deletes of inspections. `files` must run before `rows`, which know the files. */
export type InspectionPolicies = {
  thumbnails: RetentionPolicy;
  files: RetentionPolicy;
  rows: RetentionPolicy;
  gaps: RetentionPolicy;
};

export function openInspectionPolicies(options: {
  config: Config;
  db: Db;
  siteId: number;
  folders: Folders;
  sources: Sources;
  thumbnails: ThumbnailStore;
  stateDir: string;
  clock: Clock;
}): InspectionPolicies {
  const { config, db, siteId, folders, sources, clock } = options;
  const hindrance = () => readingHindrance(sources.list());
  const files = createSourcePolicy({
    db,
    siteId,
    folders,
    clock,
    isAllowed: config.retentionDeleteSource,
    days: config.retentionSourceDays,
    bytes: config.retentionSourceGb * gigabyte,
    rootPaths: sources.rootPaths,
    hindrance,
    onCleared: sources.noteCleared,
  });
  const rows = createRowPolicy({
    db,
    siteId,
    hindrance,
    days: config.retentionInspectionDays,
    neededFrom: files.neededFrom,
    onHorizon: sources.keepSince,
  });
  return {
    thumbnails: createThumbnailPolicy(options.thumbnails, options.stateDir),
    files: files.policy,
    rows,
    gaps: createGapPolicy(db, siteId, config.retentionGapDays),
  };
}
