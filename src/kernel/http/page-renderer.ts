import { fileURLToPath } from 'node:url';
import { createFormat, type Format } from '../i18n/format.ts';
import type { I18n } from '../i18n/i18n.ts';
import { type Lang, languageNames } from '../i18n/languages.ts';
import type { Config } from '../settings/config.ts';
import type { Note } from '../storage/data-paths.ts';
import type { Clock } from '../time/clock.ts';
import { createRenderer, type Renderer } from './render.ts';

/**
 * A section of the navigation bar; `at` matches its paths, `nav.<key>` is its text. Only administrators see one with
 * `forAdmins`.
 */
export type Section = { key: string; href: string; at: RegExp; forAdmins?: boolean };

type Options = {
  sections: readonly Section[];
  /** Where the manual explains the page of a path. */
  helpHref: (path: string) => string;
  config: Config;
  i18n: I18n;
  asset: (path: string) => string;
  version: string;
  /** Label of the own site, if several share the database. */
  ownSite: () => string | null;
  /** What every page says of the plant now, for its frame. */
  plant: () => object;
  notes: () => readonly (Note | { key: 'demo' | 'open'; values: Record<string, string> })[];
  clock: Clock;
};

/** Renders templates with their shared data: texts, formats, navigation, static files. */
export function createPageRenderer({
  sections,
  helpHref,
  config,
  i18n,
  asset,
  version,
  ownSite,
  plant,
  notes,
  clock,
}: Options): Renderer {
  const formats = new Map<string, Format>();
  const formatOf = (lang: Lang, timeZone: string) => {
    const key = `${lang} ${timeZone}`;
    const known = formats.get(key) ?? createFormat({ lang, timeZone });
    formats.set(key, known);
    return known;
  };
  return createRenderer({
    viewsDir: fileURLToPath(new URL('../../../views', import.meta.url)),
    shared: ({ lang, timeZone = config.siteTimeZone, path = '', principal }) => ({
      t: i18n.t(lang),
      format: formatOf(lang, timeZone),
      ownZone: config.siteTimeZone,
      ownFormat: formatOf(lang, config.siteTimeZone),
      plant: plant(),
      asset,
      version,
      site: config.siteName,
      ownSite: ownSite(),
      now: clock.now(),
      notes: notes(),
      languages: languageNames.map((language) => ({ ...language, current: language.lang === lang })),
      langTag: languageNames.find((language) => language.lang === lang)?.tag,
      account: principal?.kind === 'user' ? { name: principal.name, role: principal.role } : null,
      help: helpHref(path),
      nav: sections
        .filter(({ forAdmins }) => !forAdmins || (principal?.kind === 'user' && principal.role === 'admin'))
        .map(({ key, href, at }) => ({ key, href, current: at.test(path) })),
    }),
  });
}
