/**
 * Templates and their data:
 *   sources/layout   LayoutPage    GET /sources/:id/layout
 *   sources/layout-closed   ClosedLayoutPage   the same for those who may not change it
 *   sources/_trial   TrialView     what a sample becomes under one pattern
 */

import { defaultNamePattern } from '../names/default-name.ts';
import type { NamingSettings } from '../names/parse-file-name.ts';
import type { RootFault } from '../watching/record-roots.ts';
import { type PresetKey, presets } from './presets.ts';
import type { RereadPreview } from './preview-reread.ts';
import type { Untold } from './propose-naming.ts';
import { classifiedShare, type NamingTrial, nameKinds, type ReadExample } from './try-naming.ts';

/** The fields of the form: which pattern, its text and the words. */
export type NamingForm = { kind: 'settings' | 'name' | 'path'; pattern: string; words: string };

export type TrialView = {
  /** Key of the title. */
  title: 'inForce' | 'tried' | 'proposed';
  share: number;
  total: number;
  timeless: number;
  stations: string;
  moreStations: number;
  kinds: { kind: string; count: number; examples: (ReadExample & { hasFacts: boolean })[] }[];
};

export type LayoutPage = {
  here: string;
  root: { id: number; path: string; isAdded: boolean; rereadFrom: number | null };
  /** The sample cannot be read; else its trials. */
  isUnreadable: boolean;
  sampleCount: number;
  inForce: TrialView | null;
  tried: TrialView | null;
  form: NamingForm;
  preset: PresetKey | null;
  untold: readonly Untold[];
  isProposal: boolean;
  presets: { key: PresetKey; example: string; href: string; isChosen: boolean }[];
  preview: RereadPreview | null;
  fault: RootFault | null;
  done: 'added' | 'saved' | 'reread' | null;
};

/** What a sample becomes under one pattern, kinds without an image left out. */
export function trialView(title: TrialView['title'], trial: NamingTrial): TrialView {
  return {
    title,
    share: classifiedShare(trial),
    total: trial.total,
    timeless: trial.timeless,
    stations: trial.stations.join(' · '),
    moreStations: trial.stationCount - trial.stations.length,
    kinds: nameKinds
      .filter((kind) => trial.counts[kind] > 0)
      .map((kind) => ({
        kind,
        count: trial.counts[kind],
        examples: trial.examples[kind].map((example) => ({ ...example, hasFacts: kind !== 'unmatched' })),
      })),
  };
}

export function layoutHref(rootId: number): string {
  return `/sources/${rootId}/layout`;
}

export function presetLines(rootId: number, chosen: PresetKey | null): LayoutPage['presets'] {
  return presets.map(({ key, example }) => ({
    key,
    example,
    href: `${layoutHref(rootId)}?preset=${key}`,
    isChosen: key === chosen,
  }));
}

/** Naming settings as the form shows them; the default pattern is written out. */
export function formOf({ fileName, path, verdictWords }: NamingSettings): NamingForm {
  const words = verdictWords ?? '';
  if (path?.trim()) return { kind: 'path', pattern: path, words };
  return { kind: 'name', pattern: fileName?.trim() || defaultNamePattern, words };
}

/** The settings that the form means; undefined for those of the environment. */
export function namingOfForm({ kind, pattern, words }: NamingForm): NamingSettings | undefined {
  if (kind === 'settings') return undefined;
  const verdictWords = words.trim() === '' ? undefined : words.trim();
  return kind === 'path'
    ? { path: pattern.trim(), verdictWords }
    : { fileName: pattern.trim() || defaultNamePattern, verdictWords };
}

/** What everybody may know of the names in a watched folder. */
export type ClosedLayoutPage = { path: string; form: NamingForm };

export function closedView({ path, naming }: { path: string; naming: NamingSettings }): ClosedLayoutPage {
  return { path, form: formOf(naming) };
}
