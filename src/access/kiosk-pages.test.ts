import { expect, test } from 'vitest';
import type { Sites } from '../plant/sites.ts';
import { isOnPages, kioskPagesOf, pagesFromHere, wallHref } from './kiosk-pages.ts';

const here = {
  ownSite: 'busan',
  stationPageOf: async (id: number) =>
    ({ 1: '/stations/S9', 2: '/stations/S4', 5: '/stations/S9?site=gary' })[id],
  tilesOfWall: async (name: string) =>
    ({ 'Line 2/A': [stationTile('S9')], Pictures: [pictureTile] })[name] ?? [],
};
const nothing = { detailKey: null, site: null, stationPage: null, isLive: false };
const stationTile = (name: string) => ({
  ...nothing,
  href: '/inspections/tile?id=9',
  name,
  stationPage: `/stations/${name}`,
});
const pictureTile = { ...nothing, href: '/live/tile?channel=station%2FS9', name: 'S9', isLive: true };
const busan = { name: 'busan', label: 'Busan', timeZone: 'Asia/Seoul', isOwn: true };
const gary = { name: 'gary', label: 'gary', timeZone: 'America/Chicago', isOwn: false };
const see = (pages: string[], path: string) => isOnPages(pages, new URL(path, 'http://plant.local'), here);
const topics = (...list: string[]) =>
  `/stream?${list.map((topic) => `topics=${encodeURIComponent(topic)}`).join('&')}`;

test('a kiosk is offered the walls, the plant, all cards, the live pictures, the folders and each station', () => {
  expect(
    kioskPagesOf(
      [{ name: 'Line 2/A' }],
      [
        { name: 'S9', site: busan },
        { name: 'S9', site: gary },
        { name: 'A/B 1', site: null },
      ],
    ),
  ).toEqual([
    '/wall/Line%202%2FA',
    '/overview',
    '/inspections',
    '/live',
    '/productivity/hours',
    '/sources',
    '/stations/S9',
    '/stations/S9?site=gary',
    '/stations/A%2FB%201',
  ]);
  expect(wallHref('/wall/Line%202%2FA')).toBe('/wall/Line%202%2FA');
  expect(wallHref('/stations/S9')).toBe('/stations/S9?kiosk=1');
  expect(wallHref('/stations/S9?site=gary')).toBe('/stations/S9?site=gary&kiosk=1');
});

test.each([
  ['/overview', '/overview?kiosk=1', true],
  ['/overview', '/overview/stations', true],
  ['/overview', '/inspections', false],
  ['/overview', '/images/2/0/strip.webp', true],
  ['/inspections', '/', true],
  ['/inspections', '/inspections/cards?period=1d', true],
  ['/inspections', '/inspections/1', false],
  ['/inspections', '/inspections/export.csv', false],
  ['/sources', '/images/1/0/strip.webp', false],
  ['/live', '/live?kiosk=1&tiles=4', true],
  ['/live', '/ws/images?channels=original', false],
  ['/live', '/', false],
  ['/live', '/live/latest?channels=original', true],
  ['/live', '/live/images/7/0/640.webp', true],
  ['/live', '/images/1/0/w640.webp', true],
  ['/live', '/images/5/0/w640.webp', false],
  ['/live', '/images/3/0/w640.webp', false],
  ['/live', '/live/performance', false],
  ['/live', '/latest', false],
  ['/live', '/image/original/a.jpg', false],
  ['/live', '/live/main', false],
  ['/live', '/list/original', false],
  ['/overview', '/ws/images', false],
  ['/overview', '/live/images/7/0/640.webp', false],
  ['/stations/S9', '/stations/S9?period=1d&kiosk=1', true],
  ['/stations/S9', '/stations/S4', false],
  ['/stations/S9', '/station/trend?station=S9&period=1d', true],
  ['/stations/S9', '/station/trend?station=S4', false],
  ['/stations/S9', '/station/trend?station=S9&station=S4', false],
  ['/stations/S9', '/station/trend', false],
  ['/stations/S9', '/images/1/0/card.webp', true],
  ['/stations/S9', '/images/2/0/card.webp', false],
  ['/stations/S9', '/images/3/0/card.webp', false],
  ['/stations/A%2FB%201', '/stations/A%2fB%201', true],
  ['/stations/S9', '/stations/S9?site=busan', true],
  ['/stations/S9', '/stations/S9?site=gary', false],
  ['/stations/S9', '/stations/S9?site=busan&site=gary', false],
  ['/stations/S9', '/station/trend?station=S9&site=gary', false],
  ['/stations/S9', '/station/trend?station=S9&site=busan&site=gary', false],
  ['/stations/S9', '/images/5/0/card.webp', false],
  ['/stations/S9?site=gary', '/stations/S9', false],
  ['/stations/S9?site=gary', '/stations/S9?site=gary&kiosk=1', true],
  ['/stations/S9?site=gary', '/station/trend?site=gary&station=S9', true],
  ['/stations/S9?site=gary', '/images/5/0/card.webp', true],
  ['/stations/S9?site=gary', '/images/1/0/card.webp', false],
  ['/stations/S9', '/settings', false],
  ['/stations/S9', '/api/v1/inspections?station=S9', false],
  ['/stations/S9', '/img?path=/data/S9/a.jpg', false],
  ['/stations/S9', '/stations/%', false],
  ['/wall/Line%202%2FA', '/wall/Line%202%2FA?page=2', true],
  ['/wall/Line%202%2FA', '/wall/Line%202%2FA/edit', false],
  ['/wall/Line%202%2FA', '/wall', false],
  ['/wall/Line%202%2FA', '/wall-version?id=1', true],
  ['/inspections', '/wall-version?id=1', false],
  ['/wall/Line%202%2FA', '/wall/Pictures', false],
  ['/wall/Line%202%2FA', '/inspections/tile?id=9&period=today&kiosk=1', true],
  ['/wall/Line%202%2FA', '/inspections/tile?id=8&period=today&kiosk=1', false],
  ['/wall/Line%202%2FA', '/inspections/tile?id=9&id=8', false],
  ['/wall/Line%202%2FA', '/inspections/tile/ngs?id=9', false],
  ['/wall/Line%202%2FA', topics('/inspections/tile?id=9&period=1h&kiosk=1', '/plant/now'), true],
  ['/wall/Line%202%2FA', topics('/inspections/tile?id=8&period=1h&kiosk=1'), false],
  ['/wall/Line%202%2FA', '/images/1/0/card.webp', true],
  ['/wall/Line%202%2FA', '/images/2/0/card.webp', false],
  ['/wall/Line%202%2FA', '/live/images/7/0/640.webp', false],
  ['/wall/Line%202%2FA', '/live/latest?channels=original', false],
  ['/wall/Line%202%2FA', '/stations/S9', false],
  ['/wall/Pictures', '/live/images/7/0/640.webp', true],
  ['/wall/Pictures', '/live/latest?channels=original', true],
  ['/wall/Pictures', '/live', false],
  ['/wall/gone', '/inspections/tile?id=9', false],
  ['/inspections', '/inspections/tile?id=9', false],
])('the kiosk of %s may see %s: %s', async (page, path, allowed) => {
  expect(await see([page], path)).toBe(allowed);
});

test('the sockets of live images are open to a kiosk of the wall, and to no other', async () => {
  const open = (page: string, path: string) =>
    isOnPages([page], new URL(path, 'http://plant.local'), { ...here, isSocket: true });
  for (const path of ['/', '/ws/images?channels=original'])
    expect(
      await Promise.all(
        ['/live', '/wall/Pictures', '/inspections', '/wall/Line%202%2FA'].map((page) => open(page, path)),
      ),
    ).toEqual([true, true, false, false]);
  expect(await open('/live', '/live')).toBe(false);
});

test('a stream is open to a kiosk only when every fragment in it belongs to its pages', async () => {
  expect(await see(['/stations/S9'], topics('/station/trend?station=S9', '/station/gaps?station=S9'))).toBe(
    true,
  );
  expect(await see(['/stations/S9'], topics('/station/trend?station=S9', '/sources/status'))).toBe(false);
  expect(await see(['/stations/S9'], topics('/station/trend?station=S4'))).toBe(false);
  expect(await see(['/overview'], '/stream')).toBe(false);
  expect(await see(['/overview'], `/stream/snapshot${topics('/overview/stations').slice(7)}`)).toBe(true);
});

test('a link means the stations of the site it was made at, wherever it is opened', () => {
  const sites = {
    own: { name: 'busan' },
    get: (id: number) => ({ 1: { name: 'busan' }, 2: { name: 'gary' } })[id],
  } as Partial<Sites> as Sites;
  const pages = ['/overview', '/stations/S9', '/stations/S9?site=busan', '/stations/S9?site=gary'];
  expect(pagesFromHere({ siteId: 1, pages }, sites)).toEqual([
    '/overview',
    '/stations/S9',
    '/stations/S9',
    '/stations/S9?site=gary',
  ]);
  expect(pagesFromHere({ siteId: 2, pages }, sites)).toEqual([
    '/overview',
    '/stations/S9?site=gary',
    '/stations/S9',
    '/stations/S9?site=gary',
  ]);
});
