import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Lang, languages } from '../kernel/i18n/languages.ts';
import { type ManualPage, manualPages } from './model.ts';
import { renderMarkdown } from './render-markdown.ts';

/** The manual as a reader of each language sees it. */
export type Manual = {
  /** All pages in the order of the contents. */
  pages(lang: Lang): readonly ManualPage[];
  page(lang: Lang, key: string): ManualPage | undefined;
};

const folder = fileURLToPath(new URL('../../views/manual', import.meta.url));

/** Reads and renders every page once. Throws an error that names the page that is missing or not well written. */
export function readManual(): Manual {
  const english = manualPages.map(({ key, audience }) => readPage(key, audience, 'en'));
  const byLang = new Map(
    languages.map((lang) => [
      lang,
      english.map((page) =>
        lang === 'en' || page.audience !== 'line' ? page : readPage(page.key, page.audience, lang),
      ),
    ]),
  );
  const pages = (lang: Lang) => byLang.get(lang) ?? english;
  return { pages, page: (lang, asked) => pages(lang).find(({ key }) => key === asked) };
}

function readPage(key: string, audience: ManualPage['audience'], lang: Lang): ManualPage {
  const path = `${folder}/${lang}/${key}.md`;
  try {
    return { key, audience, lang, ...renderMarkdown(readFileSync(path, 'utf8')) };
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
