/** The languages every text exists in; the first is taken where a reader asks for none of them. */
export const languages = ['en', 'ko', 'zh', 'ja'] as const;
export type Lang = (typeof languages)[number];

/** What each language calls itself, and its tag for browsers: they choose glyphs and a voice by it (BCP 47). */
export const languageNames: readonly { lang: Lang; tag: string; name: string }[] = [
  { lang: 'en', tag: 'en', name: 'English' },
  { lang: 'ko', tag: 'ko', name: '한국어' },
  { lang: 'zh', tag: 'zh-Hans', name: '简体中文' },
  { lang: 'ja', tag: 'ja', name: '日本語' },
];

/** Longest Accept-Language header that is read; browsers send far less. */
const longestHeader = 500;

/** The language a reader chose (`cookie`), else the best of what the browser asks for, else English. */
export function pickLang(acceptLanguage: string | undefined, cookie: string | undefined): Lang {
  const wanted = parseAcceptLanguage((acceptLanguage ?? '').slice(0, longestHeader));
  return findLang(cookie) ?? wanted.map(findLang).find((lang) => lang !== undefined) ?? languages[0];
}

/** Any region or script of a language is served by what there is of it: `zh-TW` reads Chinese sooner than English. */
function findLang(tag: string | undefined): Lang | undefined {
  const primary = tag?.toLowerCase().split('-')[0];
  return languages.find((lang) => lang === primary);
}

/** Language tags in the order of their weight (RFC 9110, 12.5.4); weight 0 means "not this one". */
function parseAcceptLanguage(header: string): string[] {
  return header
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}
