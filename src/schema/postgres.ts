import { postgresKit } from '../kernel/db/kit-postgres.ts';
import { defineSchema } from './define-schema.ts';

export const {
  sites,
  stations,
  stationAliases,
  parts,
  users,
  sessions,
  apiTokens,
  kioskLinks,
  auditEntries,
  roots,
  directories,
  sweeps,
  horizons,
  inspections,
  badImages,
  sequenceGaps,
  inspectionMinutes,
  inspectionHours,
  retentionRuns,
  liveChannels,
  liveImages,
  liveCoils,
  liveHours,
  liveDefects,
} = defineSchema(postgresKit);
