import type { Queryable } from '../../kernel/db/database.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import { lockSite } from '../resources/lock-site.ts';
import { exportPlant, type PeopleInFile } from './export-plant.ts';
import { type PlantPlan, planPlant } from './plan-plant.ts';
import type { PlantFile } from './plant-file-schema.ts';
import { createReadPlantSnapshot, type PlantSite } from './plant-snapshot.ts';
import { createPlantWriter } from './plant-writer.ts';

/** The plant of a site as one file. */
export type PlantFiles = {
  export(people: PeopleInFile): Promise<PlantFile>;
  /** What a file would change, and what stands against it. */
  preview(file: PlantFile, options: { isReplacing: boolean }): Promise<PlantPlan>;
  /** Makes a file true in one transaction; with a fault nothing is changed. Answers what was changed. */
  apply(
    file: PlantFile,
    options: {
      isReplacing: boolean;
      by: string;
      /** Runs in the transaction of the changes, unless there are none. */
      record?: (q: Queryable, plan: PlantPlan) => Promise<void>;
    },
  ): Promise<PlantPlan>;
};

/** Works on the tables alone; who keeps some of them in memory reads them again afterwards. */
export function createPlantFiles(db: Db, clock: Clock, site: PlantSite): PlantFiles {
  const readSnapshot = createReadPlantSnapshot(db);
  return {
    export: async (people) => exportPlant(await readSnapshot(db.read, site, clock.now()), people),
    preview: async (file, { isReplacing }) => {
      const now = clock.now();
      return planPlant(file, await readSnapshot(db.read, site, now), { isReplacing, now });
    },
    apply: (file, { isReplacing, by, record }) => {
      const now = clock.now();
      return db.tx(
        async (q) => {
          await lockSite(db, q, site.id);
          const plan = planPlant(file, await readSnapshot(q, site, now), { isReplacing, now });
          if (plan.faults.length > 0) return plan;
          const write = createPlantWriter(db, q, { siteId: site.id, now, by });
          for (const step of plan.steps) await step(write);
          if (plan.changes.length > 0) await record?.(q, plan);
          return plan;
        },
        { isDurable: true },
      );
    },
  };
}
