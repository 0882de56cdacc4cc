import type { Kit } from '../kernel/db/kit.ts';

/** Tables owned by `plant/`: what a site is made of. */
export function definePlantTables(kit: Kit) {
  const stations = kit.table(
    'stations',
    { id: kit.key('id'), name: kit.text('name', 255).notNull(), createdAt: kit.ms('created_at').notNull() },
    (t) => [kit.uniqueIndex('stations_name', [t.name])],
  );
  /** Product models; "Model" on the screen. */
  const parts = kit.table(
    'parts',
    { id: kit.key('id'), name: kit.text('name', 255).notNull(), createdAt: kit.ms('created_at').notNull() },
    (t) => [kit.uniqueIndex('parts_name', [t.name])],
  );
  return { stations, parts };
}
