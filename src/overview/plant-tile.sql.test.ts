import { expect, test } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

test('a wall shows the plant: its yield, and how many of its stations have problems, kept fresh by its stream', async () => {
  await using plant = await createTestApp({
    images: [
      'S9/P/OK-20250906-102131-1.jpg',
      'S9/P/OK-20250906-102132-2.jpg',
      'S4/P/NG-20250906-102133-1.jpg',
    ],
  });
  const { walls, sites } = plant.services;
  const href = `/overview/tile?site=${sites.own.id}`;
  expect(await plant.text('/wall')).toContain(`name="add:${href}"`);
  const tiles = [{ href, size: 'small' }] as const;
  await walls.add({ name: 'Hall', period: '1w', dwellSec: 15, tiles }, 'test', () => null);
  const html = await plant.text('/wall/Hall');
  expect(html).toMatch(
    /tile-of-plant tone-\w+.*66\.7<small>%.*Images, 1 h.*<dd>3<\/dd>.*Stations with problems.*0 \/ 2/s,
  );
  expect(html).toContain('<p class="tile-calm">');
  expect(html).toContain(encodeURIComponent(`${href}&period=1w&kiosk=1`));
  expect(await plant.text('/overview/tile?site=77')).toContain('What this tile showed no longer exists');
});

test('stations with problems are named on the tile, the worst first', async () => {
  const steady = (folder: string) =>
    Array.from(
      { length: 30 },
      (_, i) => `${folder}/OK-20250906-09${String(i).padStart(2, '0')}00-${i + 1}.jpg`,
    );
  await using plant = await createTestApp({ images: [...steady('S12/P'), 'S4/P/OK-20250906-102959-1.jpg'] });
  const html = await plant.text(`/overview/tile?site=${plant.services.sites.own.id}`);
  expect(html).toMatch(/1 \/ 2.*<ul class="tile-stations">.*S12.*Silent since 09:29/s);
});
