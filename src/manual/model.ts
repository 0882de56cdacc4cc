import type { Lang } from '../kernel/i18n/languages.ts';

/** For whom a page is written: people at the line, who run the server, who write programs for it. */
export const audiences = ['line', 'admin', 'programs'] as const;
export type Audience = (typeof audiences)[number];

/**
 * Every page of the manual in the order of its contents. Those for people at the line exist in every language
 * (`views/manual/<language>/<key>.md`), the others in English.
 */
export const manualPages: readonly { key: string; audience: Audience }[] = [
  { key: 'overview', audience: 'line' },
  { key: 'inspections', audience: 'line' },
  { key: 'station', audience: 'line' },
  { key: 'images', audience: 'line' },
  { key: 'live', audience: 'line' },
  { key: 'productivity', audience: 'line' },
  { key: 'alarms', audience: 'line' },
  { key: 'walls', audience: 'line' },
  { key: 'install', audience: 'admin' },
  { key: 'names', audience: 'admin' },
  { key: 'plant', audience: 'admin' },
  { key: 'shifts', audience: 'admin' },
  { key: 'access', audience: 'admin' },
  { key: 'events', audience: 'admin' },
  { key: 'storage', audience: 'admin' },
  { key: 'operations', audience: 'admin' },
  { key: 'growing', audience: 'admin' },
  { key: 'troubleshooting', audience: 'admin' },
  { key: 'settings', audience: 'admin' },
  { key: 'api', audience: 'programs' },
  { key: 'predictions', audience: 'programs' },
  { key: 'clients', audience: 'programs' },
  { key: 'drop-in', audience: 'programs' },
  { key: 'alarm-figures', audience: 'programs' },
  { key: 'measured', audience: 'programs' },
];

/** A stretch of a page below one heading; the first, without a heading, has the anchor ''. */
export type ManualSection = {
  /** The same in every language. */
  anchor: string;
  title: string;
  /** Safe HTML of what stands below the heading. */
  html: string;
  /** The same as a reader sees it, without a mark-up, for the search. */
  text: string;
};

export type ManualPage = {
  key: string;
  audience: Audience;
  /** Language of the text: the reader's, or English where there is no other. */
  lang: Lang;
  title: string;
  sections: ManualSection[];
};

/** Where a section is shown. */
export function manualHref(key: string, anchor: string): string {
  return anchor === '' ? `/manual/${key}` : `/manual/${key}#${anchor}`;
}
