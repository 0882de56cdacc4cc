import { fileURLToPath } from 'node:url';
import { actorTextKeys } from '../auth/principal.ts';
import { createFormat, type Format } from '../i18n/format.ts';
import type { I18n } from '../i18n/i18n.ts';
import { type Lang, languageNames } from '../i18n/languages.ts';
import type { Config } from '../settings/config.ts';
import type { Note } from '../storage/data-paths.ts';
import type { Clock } from '../time/clock.ts';
import { createRenderer, type Renderer } from './render.ts';

/** A place of the navigation; `at` matches its paths, `nav.<key>` is its text. Only administrators see one with `forAdmins`. */
export type Tab = { key: string; href: string; at: RegExp; forAdmins?: boolean };

/** A section of the bar, which leads to the first of its tabs. One of a single tab shows no row of tabs. */
export type Section = { key: string; tabs: readonly [Tab, ...Tab[]] };

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
      /** Somebody who did something, as the audit log names them, in the reader's words. */
      who: (name: string) => (actorTextKeys[name] === undefined ? name : i18n.t(lang)(actorTextKeys[name])),
      account: principal?.kind === 'user' ? { name: principal.name, role: principal.role } : null,
      help: helpHref(path),
      ...navigation(sections, path, principal?.kind === 'user' && principal.role === 'admin'),
    }),
  });
}

/**
 * The sections of the bar with their tabs (none for a section of one page), and whether some tabs are shown to
 * administrators only.
 */
function navigation(sections: readonly Section[], path: string, isAdmin: boolean) {
  return {
    nav: sections.map(({ key, tabs }) => {
      const shown = tabs.filter(({ forAdmins }) => !forAdmins || isAdmin);
      return {
        key,
        href: tabs[0].href,
        current: tabs.some(({ at }) => at.test(path)),
        tabs: tabs.length > 1 ? shown.map((tab) => ({ ...tab, current: tab.at.test(path) })) : [],
        hasMoreForAdmins: shown.length < tabs.length,
      };
    }),
  };
}
