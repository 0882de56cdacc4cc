import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { beforeAll, expect } from 'vitest';
import { useStage } from '../testing/e2e/stage.ts';
import { addToken, addUser, password, signIn } from '../testing/people.ts';

const stage = useStage({ plantPer: 'file', images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'] });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sizes = [
  { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
] as const;

let cookie = '';
beforeAll(async () => {
  if (stage.isSkipped) return;
  await addUser(stage.plant, 'admin', 'admin');
  await addUser(stage.plant, 'kim', 'operator');
  await signIn(stage.plant, 'admin', '10.0.0.7');
  cookie = await signIn(stage.plant, 'admin', '10.0.0.9');
  await addToken(stage.plant, ['ingest:events', 'read'], { station: 'S9' });
  await stage.plant.services.access.keys.revokeToken({ actor: 'admin', address: '' }, 1);
  await addToken(stage.plant, ['admin']);
  const link = { name: 'tv', siteId: null, pages: ['/overview', '/stations/S9'] };
  await stage.plant.services.access.keys.addLink({ actor: 'admin', address: '' }, link);
});

async function findBarriers(): Promise<string[]> {
  const session = await stage.watched.context.newCDPSession(stage.page);
  const options = "{ resultTypes: ['violations'] }";
  const { result } = await session.send('Runtime.evaluate', {
    expression: `${axe};axe.run(document, ${options})`,
    awaitPromise: true,
    returnByValue: true,
  });
  const { violations } = result.value as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const pages = ['/login', '/account', '/users', '/users/2', '/tokens', '/kiosk-links', '/audit'];

stage.inBrowser.each(pages)(
  '%s has no barrier and nothing beyond the edge, at a desk and on a phone',
  async (path) => {
    const [name = '', value = ''] = cookie.split('=');
    await stage.watched.context.addCookies([{ name, value, url: stage.origin }]);
    for (const { viewport, colorScheme } of sizes) {
      await stage.page.setViewportSize(viewport);
      await stage.page.emulateMedia({ colorScheme });
      await stage.open(path);
      expect(await findBarriers()).toEqual([]);
      expect(await stage.page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    }
  },
);

stage.inBrowser(
  'a person signs in by keyboard, makes a token, and revokes it with a second press',
  async () => {
    const { page } = stage;
    await stage.open('/login?back=/tokens');
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/tokens');
    await page.fill('[name=name]', 'edge of S9');
    await page.check('[name="scope:read"]');
    await page.click('.form .primary');
    expect(await page.inputValue('#made-0')).toMatch(/^ls_[\w-]{43}$/);
    const row = page.locator('tr', { hasText: 'edge of S9' });
    await row.locator('summary').click();
    await row.locator('form button').click();
    await page.waitForURL('**/tokens?done=revoke');
    expect(await page.locator('tr', { hasText: 'edge of S9' }).textContent()).toContain('revoked');
  },
);
