import { beforeAll, expect } from 'vitest';
import { imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'file',
  images: imageSeries('S9/OR-3CT', { count: 65, time: '102000', ngEvery: 5 }),
  context: { colorScheme: 'dark' },
});

beforeAll(async () => {
  if (stage.isSkipped) return;
  const { walls, wallTileKinds } = stage.plant.services;
  const tiles = wallTileKinds[0]!.list().map(({ href }) => ({ href, size: 'small' as const }));
  await walls.add({ name: 'Hall', period: 'today', dwellSec: 15, tiles }, 'test', () => null);
});

const pages = [
  '/',
  '/overview',
  '/stations/S9',
  '/models',
  '/inspections/5?station=S9',
  '/search?q=S9',
  '/alerts',
  '/sources',
  '/system',
  '/settings',
  '/manual/station',
  '/docs',
  '/wall/Hall',
  '/?kiosk=1',
];

/** Surfaces that are not light and texts that are not dark, as `<luminance>: <element>`; a pressed button is dark on purpose. */
const findDark = `(() => {
  const luminance = (color) => {
    const [r, g, b, alpha = 1] = color.match(/[\\d.]+/g).map(Number);
    return alpha * (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255 + 1 - alpha;
  };
  const found = [];
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  for (const element of [document.body, ...document.body.querySelectorAll('*')]) {
    if (!isSeen(element) || element.closest('svg, button, .button, .visually-hidden, label, i, .opblock-summary-method')) continue;
    const style = getComputedStyle(element);
    const surface = luminance(style.backgroundColor);
    if (surface < 0.8) found.push('surface ' + surface.toFixed(2) + ': ' + element.outerHTML.slice(0, 90));
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const ink = luminance(style.color);
    if (hasText && ink > 0.5) found.push('text ' + ink.toFixed(2) + ': ' + element.outerHTML.slice(0, 90));
  }
  return [...new Set(found)];
})()`;

stage.inBrowser.each(pages)('%s is dark on a screen, and dark on light on paper', async (path) => {
  const { page } = stage;
  await stage.open(path);
  if (path === '/docs') await page.locator('.swagger-ui .opblock').first().waitFor();
  const isDark = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  expect(await isDark()).toBe('rgb(13, 16, 18)');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect.poll(() => page.evaluate<string[]>(findDark), soon).toEqual([]);
  // Chosen here, and not only by the system.
  await page.evaluate("document.documentElement.dataset.theme = 'dark'");
  await expect.poll(() => page.evaluate<string[]>(findDark), soon).toEqual([]);
});
