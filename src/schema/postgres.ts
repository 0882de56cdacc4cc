import { postgresKit } from '../kernel/db/kit-postgres.ts';
import { defineSchema } from './define-schema.ts';

export const {
  stations,
  parts,
  roots,
  directories,
  sweeps,
  inspections,
  badImages,
  sequenceGaps,
  inspectionMinutes,
  inspectionHours,
} = defineSchema(postgresKit);
