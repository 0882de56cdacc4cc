import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../kernel/i18n/languages.ts';
import { readHtml } from './html.ts';
import { partialSamples } from './partial-samples.ts';
import { createTestApp, type TestApp } from './test-app.ts';

const views = fileURLToPath(new URL('../../views/', import.meta.url));
const partials = globSync('*/_*.eta', { cwd: views }).map((path) => path.replace(/\.eta$/, ''));
const topLevelKeys = Object.keys(JSON.parse(readFileSync(`${views}locales/en.json`, 'utf8')) as object);

/** What a value that is not there leaves in a text, and a key without its text. */
const leftOver = new RegExp(
  `undefined|NaN|\\[object|Invalid|\\{\\{|(?<![\\w./-])(?:${topLevelKeys.join('|')})\\.[a-z]\\w+(?!\\w*[./])`,
);

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp();
});
afterAll(() => plant.close());

test('every partial has samples, and every sample a partial', () => {
  expect(Object.keys(partialSamples).sort()).toEqual([...partials].sort());
});

describe.each(languages)('in %s', (lang) => {
  test.each(partials)('%s renders alone with whatever it is given', (partial) => {
    const { renderer } = plant.services;
    const part = (_id: string, template: string, view: object) => renderer.html(template, { lang }, { view });
    for (const data of partialSamples[partial] ?? []) {
      const html = renderer.html(partial, { lang }, { ...data, part });
      expect(readHtml(html).faults, html).toEqual([]);
      expect(html.match(leftOver)?.[0], html).toBeUndefined();
      expect(html).not.toContain('<b onclick');
    }
  });
});
