/**
 * Rows → what the Sources page prints.
 *
 * Templates and their data:
 *   sources/page      SourcesPage
 *   sources/_status   SourcesView     (GET /sources/status, container #sources-status)
 *   sources/_source   SourcePanel     part #source-<id>
 *   sources/_bad      BadImagesView   part #sources-bad
 */

import { ascending, descending, type SortableTable, type SortHead } from '../../../kernel/http/table-sort.ts';
import type { PageFragments } from '../../../kernel/stream/page-fragments.ts';
import type { WrongClock } from '../../../plant/clock-offset.ts';
import { imageHref, imageSrc } from '../../../plant/links.ts';
import { type StateView, stateRank, type Tone } from '../../../plant/station-state.ts';
import { layoutHref } from '../../layouts/layout-views.ts';
import type { BadImage, SourceStatus } from '../../model.ts';
import { roundRemaining } from '../notices.ts';

export type SourcePanel = Omit<SourceStatus, 'leftOut'> & {
  tone: Tone;
  /** Share of older images read, 0..1; null if none are left. */
  backfillRate: number | null;
  remainingMs: number | null;
  exampleName: string;
  /** Where an administrator changes how its images are named; null for a folder of another process alone. */
  layoutHref: string | null;
  /** More than half of its newest images do not match the pattern. */
  isMismatched: boolean;
  /** Images that an earlier version had left out and that were found again. */
  recoveredCount: number;
  isReread: boolean;
  leftOut: readonly LeftOut[];
};

/** Why images are in no count, or in no yield; the key of a text. */
export type LeftOutReason = 'unmatched' | 'unknownWord' | 'excluded' | 'link' | 'old';

/** How many images one reason leaves out, and up to three of their paths. `isMore`: the count is a lower bound. */
export type LeftOut = { reason: LeftOutReason; count: number; isMore: boolean; names: readonly string[] };

/** What the database and this process know of a watched folder besides its status. */
export type SourceNotes = {
  hasSetup: boolean;
  isMismatched: boolean;
  recoveredCount: number;
  isReread: boolean;
  leftOut: readonly LeftOut[];
};

const noNotes: SourceNotes = {
  hasSetup: false,
  isMismatched: false,
  recoveredCount: 0,
  isReread: false,
  leftOut: [],
};

export type BadImageLine = {
  id: number;
  href: string;
  originalSrc: string;
  name: string;
  path: string;
  reason: string;
  failedAt: number;
  attempts: number;
  missing: boolean;
  retryAction: string;
};

export type BadImagesView = { lines: BadImageLine[]; moreCount: number; here: string };

/** A station with the watched folders that its images are found in. */
export type SourceStation = {
  name: string;
  href: string;
  judged: StateView;
  lastSeenAt: number | null;
  rootIds: readonly number[];
};

/** The stations of each folder; all folders are sorted alike. */
export const sourceStationTable: SortableTable<SourceStation> = {
  name: 'stations',
  columns: {
    name: ascending(({ name }) => name),
    state: ascending(({ judged }) => stateRank(judged.state)),
    seen: descending(({ lastSeenAt }) => lastSeenAt),
  },
  usual: { column: 'name', isDescending: false },
};

export type SourcesView = {
  clocks: WrongClock[];
  sources: (SourcePanel & { stations: readonly SourceStation[]; heads: Record<string, SortHead> })[];
  bad: BadImagesView;
};

/** Names that are left out: those of every installation, and those of WATCH_EXCLUDE. */
export type ExcludeLists = { always: readonly string[]; added: readonly string[] };

export type SourcesPage = {
  live: PageFragments<'status'>;
  rescan: { scanned: number; added: number; note: string | null } | null;
  here: string;
  exclude: ExcludeLists;
  /** Whether the form that adds a folder is shown. */
  mayChange: boolean;
};

/** The panel of one watched folder. */
export function sourcePanel(
  source: SourceStatus,
  exampleName: string,
  now: number,
  notes: SourceNotes = noNotes,
): SourcePanel {
  const { hasSetup, isMismatched, recoveredCount, isReread, leftOut } = notes;
  const { backfill } = source;
  const tones: Record<SourceStatus['state'], Tone> = {
    online: 'ok',
    offline: 'ng',
    empty: 'unknown',
    starting: 'unknown',
  };
  const known = backfill !== null && backfill.total > 0;
  return {
    ...source,
    tone: tones[source.state],
    backfillRate: known ? Math.min(1, backfill.done / backfill.total) : null,
    remainingMs:
      known && backfill.done > 0
        ? roundRemaining(((now - backfill.startedAt) / backfill.done) * (backfill.total - backfill.done))
        : null,
    exampleName,
    layoutHref: hasSetup ? layoutHref(source.id) : null,
    isMismatched,
    recoveredCount,
    isReread,
    leftOut,
  };
}

/** Unreadable images; `totalCount` counts all, `images` are the newest of them. */
export function badImagesView(images: BadImage[], totalCount: number): BadImagesView {
  return {
    lines: images.map(({ inspection, reason, failedAt, attempts }) => ({
      id: inspection.id,
      href: imageHref(inspection),
      originalSrc: imageSrc(inspection, 'original'),
      name: inspection.name,
      path: inspection.path,
      reason,
      failedAt,
      attempts,
      missing: inspection.missingAt !== null,
      retryAction: `/images/${inspection.id}/retry`,
    })),
    moreCount: Math.max(0, totalCount - images.length),
    here: '/sources',
  };
}
