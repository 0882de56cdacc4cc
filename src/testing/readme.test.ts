import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settings } from '../kernel/settings/settings.ts';
import { manualPages } from '../manual/model.ts';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('README.md', root), 'utf8');
const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, href]) => href!);
/** What an image may weigh for everybody who opens the repository. */
const maxPictureBytes = 80_000;

test('the README is read in a few minutes: the manual has the rest', () => {
  expect(text.split('\n').length).toBeLessThanOrEqual(150);
});

test('it links only to files and headings that are there', () => {
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(
    ([, title]) => `#${title!.toLowerCase().replaceAll(' ', '-')}`,
  );
  expect(links.length).toBeGreaterThan(20);
  expect(
    links.filter((href) =>
      href.startsWith('#') ? !headings.includes(href) : !existsSync(new URL(href, root)),
    ),
  ).toEqual([]);
});

test('it leads to every page of the manual in English', () => {
  expect(links).toEqual(expect.arrayContaining(manualPages.map(({ key }) => `views/manual/en/${key}.md`)));
});

test('it has two pictures, and both are small', () => {
  const pictures = links.filter((href) => href.endsWith('.webp'));
  expect(pictures).toHaveLength(2);
  const heavy = pictures.filter((href) => statSync(new URL(href, root)).size > maxPictureBytes);
  expect(heavy, 'run: npm run pictures').toEqual([]);
});

test('it names no setting and no command that does not exist', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const known = new Set(settings.map(({ env }) => env));
  const named = [...text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const commands = [...text.matchAll(/`npm run ([\w:]+)/g)].map(([, name]) => name!);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
});
