/** Rows → what the page of one image prints (template `inspections/image`, data ImagePage). */
import { imageHref, imageSrc, siteParam, stationHref } from '../../plant/links.ts';
import type { SiteTag } from '../../plant/sites.ts';
import type { BadImage, InspectionRef } from '../model.ts';
import type { Shot } from './shot-view.ts';

/** Neighbours in capture order at the same station. */
export type ImageNeighbours = {
  previous: InspectionRef | null;
  next: InspectionRef | null;
  previousNg: InspectionRef | null;
  nextNg: InspectionRef | null;
};

export type ImageLink = { href: string; capturedAt: number; sequence: number | null } | null;

export type ImagePage = {
  inspection: InspectionRef;
  /** Its site, if there are several. */
  site: SiteTag | null;
  /** Its file is at another site and cannot be shown here. */
  isElsewhere: boolean;
  /** What is shown: the original, or nothing when it is missing or unreadable. */
  originalSrc: string;
  cardSrc: string;
  pixels: { width: number; height: number } | null;
  unreadable: { reason: string; attempts: number; failedAt: number; retryAction: string } | null;
  /** Absolute path on the server, to be copied. */
  fullPath: string;
  stationHref: string;
  partHref: string;
  previous: ImageLink;
  next: ImageLink;
  previousNg: ImageLink;
  nextNg: ImageLink;
  /** Other views of its unit. */
  views: Shot[];
  /** Where a person gives it a verdict; null when its name tells one. */
  judgeAction: string | null;
  here: string;
};

/** The page of one image. */
export function imagePage(
  inspection: InspectionRef,
  neighbours: ImageNeighbours,
  rest: Pick<ImagePage, 'pixels' | 'fullPath' | 'site' | 'isElsewhere' | 'views'> & { bad: BadImage | null },
): ImagePage {
  const { bad, site, isElsewhere } = rest;
  const query = { site: siteParam(site) };
  return {
    inspection,
    site,
    isElsewhere,
    originalSrc: imageSrc(inspection, 'original'),
    cardSrc: imageSrc(inspection, 'card.webp'),
    pixels: rest.pixels,
    unreadable: bad && {
      reason: bad.reason,
      attempts: bad.attempts,
      failedAt: bad.failedAt,
      retryAction: `/images/${inspection.id}/retry`,
    },
    fullPath: rest.fullPath,
    stationHref: stationHref(inspection.station, query),
    partHref: stationHref(inspection.station, { ...query, part: inspection.part }),
    previous: link(neighbours.previous),
    next: link(neighbours.next),
    previousNg: link(neighbours.previousNg),
    nextNg: link(neighbours.nextNg),
    views: rest.views,
    judgeAction: inspection.word === null ? null : `${imageHref(inspection)}/verdict`,
    here: imageHref(inspection),
  };
}

function link(to: InspectionRef | null): ImageLink {
  return to && { href: imageHref(to), capturedAt: to.capturedAt, sequence: to.sequence };
}
