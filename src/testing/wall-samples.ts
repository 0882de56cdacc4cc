import type { WallTile, WallTileKind } from '../plant/walls/wall-tile.ts';
import { wallForm } from '../walls/views.ts';

const odd = `<b onclick="x">S&4'`;

const tile = (id: number): WallTile => ({
  href: `/tile?id=${id}`,
  name: id === 1 ? '' : odd,
  detailKey: id === 1 ? 'live.role.original' : null,
  site: odd,
  stationPage: null,
  isLive: false,
});
const kind: WallTileKind = {
  key: 'station',
  path: '/tile',
  styles: [],
  isStreamed: true,
  list: () => [tile(1), tile(2)],
  find: (query) => (query.get('id') === '1' ? tile(1) : undefined),
};
const typed = {
  name: odd,
  period: 'today',
  dwellSec: 30,
  tiles: [
    { href: '/tile?id=1', size: 'wide' as const },
    { href: '/tile?id=9', size: 'small' as const },
  ],
};

/** The data that the partials of walls are printed with in the states they know. */
export const wallSamples: Readonly<Record<string, readonly object[]>> = {
  'shared/_wall-gone': [{ isFailed: false }, { isFailed: true }],
  'walls/_form': [
    { form: wallForm({ kinds: [kind], hasShift: () => true }, typed, odd, null) },
    { form: wallForm({ kinds: [kind], hasShift: () => true }, typed, odd, 1) },
    { form: wallForm({ kinds: [], hasShift: () => false }, { ...typed, tiles: [] }, odd, null) },
  ],
};
