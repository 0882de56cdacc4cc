import type { Kit } from '../kernel/db/kit.ts';

/** One tile of a wall: the address of its fragment without a period, and its size in cells. */
export type WallTileRow = { href: string; size: 'small' | 'wide' | 'large' };

/** Tables owned by `walls/`: what hangs on each wall of a site. */
export function defineWallTables(kit: Kit) {
  const walls = kit.table(
    'walls',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      name: kit.text('name', 100).notNull(),
      /** Names it had before, under which screens that know them still find it. */
      formerNames: kit.json<string[]>('former_names').notNull(),
      /** In the order shown. */
      tiles: kit.json<WallTileRow[]>('tiles').notNull(),
      period: kit.text('period', 20).notNull(),
      /** How long each page stays where there are several, seconds. */
      dwellSec: kit.int('dwell_sec').notNull(),
      changedAt: kit.ms('changed_at').notNull(),
      changedBy: kit.text('changed_by', 150).notNull(),
    },
    (t) => [kit.uniqueIndex('walls_name', [t.siteId, t.name])],
  );
  return { walls };
}
