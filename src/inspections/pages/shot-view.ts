/** Rows → one thumbnail as templates print it. Pure. */

import { type ImageListQuery, imageHref, imageSrc } from '../../plant/links.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { InspectionRef } from '../model.ts';

/** Images of a page that cannot be shown. */
export type Unshowable = {
  /** Images that could not be read: inspection id → reason. */
  unreadable?: ReadonlyMap<number, string>;
  /** Watched folders of other sites whose images cannot be shown here: root id → label of the site. */
  elsewhere?: ReadonlyMap<number, string>;
};

/** One thumbnail with its caption. */
export type Shot = {
  id: number;
  href: string;
  src: string;
  verdict: Verdict | null;
  /** The verdict's word of an undecided image. */
  word: string | null;
  /** Which view of its unit it shows. */
  view: string | null;
  /** Station and part, for the alternative text. */
  station: string;
  part: string;
  sequence: number | null;
  capturedAt: number;
  path: string;
  /** How far the time in its name was ahead of this server's clock, ms; null where it was believed. */
  aheadMs: number | null;
  missing: boolean;
  /** Why it cannot be shown; a placeholder is shown instead. */
  unreadable: string | null;
  /** Label of the site that has its file, if it cannot be shown here; a placeholder is shown instead. */
  elsewhere: string | null;
};

/** The thumbnail of one inspection, which opens among the images of `list`. */
export function shotView(
  inspection: InspectionRef,
  known: Unshowable = {},
  { size = 'strip.webp', list }: { size?: 'strip.webp' | 'card.webp'; list?: ImageListQuery } = {},
): Shot {
  return {
    id: inspection.id,
    href: imageHref(inspection, list),
    src: imageSrc(inspection, size),
    verdict: inspection.verdict,
    word: inspection.word,
    view: inspection.view,
    station: inspection.station,
    part: inspection.part,
    sequence: inspection.sequence,
    capturedAt: inspection.capturedAt,
    path: inspection.path,
    aheadMs: inspection.namedAt === null ? null : inspection.namedAt - inspection.capturedAt,
    missing: inspection.missingAt !== null,
    unreadable: known.unreadable?.get(inspection.id) ?? null,
    elsewhere: known.elsewhere?.get(inspection.rootId) ?? null,
  };
}
