import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../kernel/http/env.ts';
import type { SearchSource } from '../plant/contributions/search-source.ts';
import { createTestApp } from '../testing/test-app.ts';
import { mountSearch } from './mount.ts';

test('a further feature is found by what it contributes alone, places before images', async () => {
  await using plant = await createTestApp({ images: ['S9/OR-3CT/OK-20250906-102131-1234.jpg'] });
  const place = { href: '/alerts', name: 'Fault 1234', site: null, newestAt: null };
  const asked: string[] = [];
  const faults: SearchSource = {
    search: async ({ text }) => {
      asked.push(text);
      const view = { key: 'stations', places: [place], isMore: false };
      return [{ key: 'faults', kind: 'places', template: 'search/_places', view }];
    },
    examples: async () => [],
  };
  const { renderer, searchSources } = plant.services;
  const app = new Hono<AppEnv>().route('/', mountSearch({ sources: [...searchSources, faults], renderer }));
  const html = await (await app.request('/search?q=%201234%20')).text();
  expect(asked).toEqual(['1234']);
  const sections = Array.from(html.matchAll(/<section [^>]*id="([\w-]+)"/g), (m) => m[1]);
  expect(sections).toEqual(['search-faults', 'search-count']);
  expect(html).toContain('Fault 1234');
});
