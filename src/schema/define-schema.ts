import type { Kit } from '../kernel/db/kit.ts';
import { defineAccessTables } from './access-tables.ts';
import { defineAlertTables } from './alert-tables.ts';
import { defineInspectionTables } from './inspection-tables.ts';
import { defineLiveTables } from './live-tables.ts';
import { definePlantTables } from './plant-tables.ts';
import { definePredictionTables } from './prediction-tables.ts';
import { defineProductivityTables } from './productivity-tables.ts';
import { defineRetentionTables } from './retention-tables.ts';
import { defineWallTables } from './wall-tables.ts';

/** Every table of the product, written once and made real by the kit of each database. */
export function defineSchema(kit: Kit) {
  return {
    ...definePlantTables(kit),
    ...defineAccessTables(kit),
    ...defineInspectionTables(kit),
    ...defineRetentionTables(kit),
    ...defineLiveTables(kit),
    ...defineAlertTables(kit),
    ...defineWallTables(kit),
    ...defineProductivityTables(kit),
    ...definePredictionTables(kit),
  };
}

/** All tables by name, in the canonical (SQLite) type. */
export type Tables = ReturnType<typeof defineSchema>;
