import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../kernel/http/env.ts';
import { createTopics } from '../kernel/stream/topics.ts';
import { type WallTileKind, wallTileElementId } from '../plant/walls/wall-tile.ts';
import { createTestApp } from '../testing/test-app.ts';
import { mountWalls } from './mount.ts';

test('a further feature hangs a tile by what it contributes alone, beside those of the others', async () => {
  await using plant = await createTestApp({ images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'] });
  const { walls, wallTileKinds, topics, renderer } = plant.services;
  const kind: WallTileKind = {
    key: 'station',
    path: '/faults/tile',
    styles: ['alerts'],
    isStreamed: true,
    list: () => [
      {
        href: '/faults/tile?camera=1',
        name: 'Camera 1',
        detailKey: null,
        site: null,
        stationPage: null,
        isLive: false,
      },
    ],
    find: (query) => kind.list().find(({ href }) => href === `/faults/tile?camera=${query.get('camera')}`),
  };
  topics.define({
    path: kind.path,
    events: [],
    render: (query) => ({
      containerId: wallTileElementId(`/faults/tile?camera=${query.get('camera')}`),
      parts: [],
      html: `<p>Covered since 10:02, ${query.get('period')}</p>`,
    }),
  });
  const station = wallTileKinds[0]!.list()[0]!.href;
  await walls.add(
    {
      name: 'Both',
      period: 'today',
      dwellSec: 15,
      tiles: [
        { href: '/faults/tile?camera=1', size: 'wide' },
        { href: station, size: 'small' },
      ],
    },
    'test',
    () => null,
  );
  // The paths of walls are taken by those of the plant; here they are asked with one kind more.
  const others = createTopics({ clock: plant.clock, log: plant.services.log, version: '1', maxViewers: 1 });
  for (const path of ['/faults/tile', '/inspections/tile'])
    others.define({
      path,
      events: [],
      render: async (query, { lang }) => {
        const { html } = await topics.first(`${path}?${query}`, { lang });
        return { containerId: wallTileElementId(path), parts: [], html };
      },
    });
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('lang', 'en');
    c.set('principal', { kind: 'machine' });
    await next();
  });
  app.route(
    '/',
    mountWalls({
      walls,
      kinds: [...wallTileKinds, kind],
      hasShift: () => false,
      feed: {},
      renderer,
      topics: others,
    }),
  );
  const html = await (await app.request('/wall/Both')).text();
  expect(html).toContain('Covered since 10:02, today');
  expect(html).toContain('id="tile-S9"');
  expect(html).toMatch(/href="\/static\/[^"]*css\/alerts/);
  expect(html).toContain(encodeURIComponent('/faults/tile?camera=1&period=today&kiosk=1'));
  expect(await (await app.request('/wall')).text()).toContain('name="add:/faults/tile?camera=1"');
});
