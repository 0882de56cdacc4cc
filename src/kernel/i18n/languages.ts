/** The languages that every text exists in; the first is the default. */
export const languages = ['en', 'ko', 'zh', 'ja'] as const;
export type Lang = (typeof languages)[number];

/** Each language's own name, and its BCP 47 tag, by which browsers choose glyphs and a voice. */
export const languageNames: readonly { lang: Lang; tag: string; name: string }[] = [
  { lang: 'en', tag: 'en', name: 'English' },
  { lang: 'ko', tag: 'ko', name: '한국어' },
  { lang: 'zh', tag: 'zh-Hans', name: '简体中文' },
  { lang: 'ja', tag: 'ja', name: '日本語' },
];

/** Longer Accept-Language headers are cut; browsers send far shorter ones. */
const longestHeader = 500;

/** The reader's chosen language (`cookie`), else the browser's most preferred one, else English. */
export function pickLang(acceptLanguage: string | undefined, cookie: string | undefined): Lang {
  const wanted = parseAcceptLanguage((acceptLanguage ?? '').slice(0, longestHeader));
  return findLang(cookie) ?? wanted.map(findLang).find((lang) => lang !== undefined) ?? languages[0];
}

/** Ignores region and script: for `zh-TW`, Chinese is better than English. */
function findLang(tag: string | undefined): Lang | undefined {
  const primary = tag?.toLowerCase().split('-')[0];
  return languages.find((lang) => lang === primary);
}

/** Language tags by descending weight (RFC 9110, 12.5.4), without those of weight 0. */
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
