import { fileURLToPath } from 'node:url';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createFormat } from '../i18n/format.ts';
import type { I18n } from '../i18n/i18n.ts';
import { languageNames, languages } from '../i18n/languages.ts';
import type { Note } from '../storage/places.ts';
import { createRenderer, type Renderer } from './render.ts';

/**
 * A section of the product in the bar; `at` matches the paths that belong to it, its text is `nav.<key>`. One for
 * administrators is shown to nobody else.
 */
export type Section = { key: string; href: string; at: RegExp; forAdmins?: boolean };

type Options = {
  sections: readonly Section[];
  config: Config;
  i18n: I18n;
  asset: (path: string) => string;
  version: string;
  notes: () => readonly (Note | { key: 'demo' | 'open'; values: Record<string, string> })[];
  clock: Clock;
};

/** Templates with what all of them share: texts, formats, navigation, static files. */
export function createPageRenderer({
  sections,
  config,
  i18n,
  asset,
  version,
  notes,
  clock,
}: Options): Renderer {
  const formats = Object.fromEntries(
    languages.map((lang) => [lang, createFormat({ lang, timeZone: config.siteTimeZone })]),
  );
  return createRenderer({
    viewsDir: fileURLToPath(new URL('../../../views', import.meta.url)),
    shared: ({ lang, path = '', principal }) => ({
      t: i18n.t(lang),
      f: formats[lang],
      asset,
      version,
      site: config.siteName,
      now: clock.now(),
      notes: notes(),
      languages: languageNames.map((language) => ({ ...language, current: language.lang === lang })),
      langTag: languageNames.find((language) => language.lang === lang)?.tag,
      account: principal?.kind === 'user' ? { name: principal.name, role: principal.role } : null,
      nav: sections
        .filter(({ forAdmins }) => !forAdmins || (principal?.kind === 'user' && principal.role === 'admin'))
        .map(({ key, href, at }) => ({ key, href, current: at.test(path) })),
    }),
  });
}
