import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));

function read(pattern: string): { path: string; text: string }[] {
  return globSync(pattern, { cwd: project }).map((path) => ({
    path,
    text: readFileSync(join(project, path), 'utf8'),
  }));
}

const templates = read('views/**/*.eta');

/** What the content security policy would block, or what would reach outside the plant; each with what to do. */
const refused: [RegExp, string][] = [
  [/\sstyle\s*=/, 'style= is blocked by the policy: use a class'],
  [/<style\b/, 'a style element is blocked by the policy: use static/css'],
  [/<script\b(?![^>]*\ssrc\s*=)/, 'a script in the page is blocked by the policy: use static/js'],
  [
    /\s(?:on[a-z]+|hx-on[:\w-]*)\s*=/,
    'handlers in attributes are blocked by the policy: listen in static/js',
  ],
  [/\bjs:|javascript:/, 'scripts in values are blocked by the policy'],
  [/(?:src|href|action)\s*=\s*["'](?:https?:)?\/\//, 'nothing is fetched from or sent outside'],
];

test('no template holds what the policy blocks or what lies outside the plant', () => {
  const faults = templates.flatMap(({ path, text }) =>
    refused.filter(([pattern]) => pattern.test(text)).map(([, reason]) => `${path}: ${reason}`),
  );
  expect(faults).toEqual([]);
});

test('a template has lines of at most 140 columns, no names of one letter and no icon of its own', () => {
  const faults = templates.flatMap(({ path, text }) => {
    const lines = text
      .split('\n')
      .flatMap((line, index) => (line.length > 140 ? [`line ${index + 1} is too long`] : []));
    const names = [
      ...text
        .replaceAll(/\/\*.*?\*\//gs, '')
        .matchAll(/\b(?:const|let) (\w)\b|[({,] ?(\w) ?(?:[,)}]|=>|:=)/g),
    ].map(([, declared, bound]) => `the name ${declared ?? bound}`);
    const icons =
      text.includes('sprite.svg') && !path.endsWith('shared/_icon.eta')
        ? ['an icon without shared/_icon']
        : [];
    return [...lines, ...names, ...icons].map((fault) => `${path}: ${fault}`);
  });
  expect(faults).toEqual([]);
});

test.each([
  '<p style="color: red">',
  '<script>x()</script>',
  '<button onclick="x()">',
  '<div hx-on:click="x()">',
  '<div hx-vals="js:{a: 1}">',
  '<img src="https://example.org/a.png">',
  '<link href="//example.org/a.css">',
])('%s is refused', (html) => {
  expect(refused.some(([pattern]) => pattern.test(html))).toBe(true);
});

/** Keys in calls of `t`; one that ends in a dot is the beginning of a key made up while running. */
function keysAskedFor(text: string): string[] {
  return [...text.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/\bt\(\s*(['"`])(\w+\.[\w.]*)/g)].map(
    (match) => match[2] ?? '',
  );
}

test('every text that pages and code ask for exists', () => {
  const known = keysOf(JSON.parse(readFileSync(join(project, 'views/locales/en.json'), 'utf8')));
  const exists = (key: string) =>
    known.some(
      (text) => text === key || text === `${key}_other` || (key.endsWith('.') && text.startsWith(key)),
    );
  const code = read('src/**/*.ts').filter(({ path }) => !path.endsWith('.test.ts'));
  const asked = [...templates, ...code].flatMap(({ path, text }) =>
    keysAskedFor(text).map((key) => `${path}: ${key}`),
  );
  expect(asked.filter((entry) => !exists(entry.split(': ')[1] ?? ''))).toEqual([]);
});

test('every text is asked for: by its key, or by a beginning of it that code completes', () => {
  const code = read('src/**/*.ts').filter(({ path }) => !path.endsWith('.test.ts'));
  const sources = [...templates, ...code].map(({ text }) => text).join('\n');
  const asked = new Set([...sources.matchAll(/['"`]([a-z]\w*(?:\.\w+)*)['"`]/g)].map((match) => match[1]));
  const begun = [...sources.matchAll(/['`]([a-z]\w*\.(?:\w+\.)*)(?:'|\$\{)/g)].map((match) => match[1] ?? '');
  // The names of pages a kiosk link may show are built from their paths.
  const prefixes = [...begun, 'nav.'];
  const unused = keysOf(JSON.parse(readFileSync(join(project, 'views/locales/en.json'), 'utf8')))
    .map((key) => key.replace(/_(?:one|other)$/, ''))
    .filter((key) => !asked.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)));
  expect(unused).toEqual([]);
});

function keysOf(node: object, path = ''): string[] {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [path + key] : keysOf(value, `${path}${key}.`),
  );
}
