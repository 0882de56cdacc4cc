import { mysqlKit } from '../kernel/db/kit-mysql.ts';
import { defineSchema } from './define-schema.ts';

export const {
  sites,
  stations,
  parts,
  users,
  sessions,
  apiTokens,
  kioskLinks,
  auditEntries,
  roots,
  directories,
  sweeps,
  inspections,
  badImages,
  sequenceGaps,
  inspectionMinutes,
  inspectionHours,
  liveChannels,
  liveImages,
  liveCoils,
  liveHours,
  liveDefects,
} = defineSchema(mysqlKit);
