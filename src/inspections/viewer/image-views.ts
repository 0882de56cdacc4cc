/** Rows → what the page of one image prints (template `inspections/image`, data ImagePage). */
import { imageHref, imageSrc, siteParam, stationHref } from '../../plant/links.ts';
import type { SiteTag } from '../../plant/sites.ts';
import type { InspectionRef } from '../model.ts';
import type { Shot } from '../pages/shot-view.ts';
import type { ImageSet, SaidSet } from './image-set.ts';
import { type Picture, srcsetOf } from './read-picture.ts';

/** Neighbours in capture order within the set. */
export type ImageNeighbours = {
  previous: InspectionRef | null;
  next: InspectionRef | null;
  previousNg: InspectionRef | null;
  nextNg: InspectionRef | null;
};

/** A neighbour, with the pictures that the page loads ahead. */
export type ImageLink = { href: string; originalSrc: string; srcset: string } | null;

/** What a page says of the set that its images are of. */
export type SetView = {
  said: SaidSet | null;
  /** Whether the image is one of them. */
  isIn: boolean;
  gridHref: string;
};

export type ImagePage = {
  inspection: InspectionRef;
  picture: Picture;
  /** Its site, if there are several. */
  site: SiteTag | null;
  stationHref: string;
  partHref: string;
  set: SetView;
  previous: ImageLink;
  next: ImageLink;
  /** Null also where the set has images of one verdict only. */
  previousNg: ImageLink;
  nextNg: ImageLink;
  /** The views of its unit, itself among them; empty for a unit of one image. */
  views: Shot[];
  /** All of them side by side, or the first four; null for a unit of one image. */
  viewsCompareHref: string | null;
  /** The set around it, oldest first, itself among them. */
  film: Shot[];
  /** Beside others; null where it has none. */
  compareHref: string | null;
  /** Fields of the form that compares chosen images of the film strip. */
  compareFields: Record<string, string>;
  /** Where a person gives it a verdict; null when its name tells one. */
  judgeAction: string | null;
  /** Its address with fixed times. */
  here: string;
};

/** The page of one image. */
export function imagePage(
  inspection: InspectionRef,
  set: ImageSet,
  neighbours: ImageNeighbours,
  rest: Pick<ImagePage, 'picture' | 'site' | 'views' | 'viewsCompareHref' | 'film' | 'compareHref'> & {
    isFar: boolean;
  },
): ImagePage {
  const { isFar, site, ...shown } = rest;
  const query = { site: siteParam(site) };
  const isMixed = set.filter.verdict === undefined;
  const here = imageHref(inspection, set.list);
  const link = (to: InspectionRef | null): ImageLink =>
    to && { href: imageHref(to, set.list), originalSrc: imageSrc(to, 'original'), srcset: srcsetOf(to) };
  return {
    inspection,
    ...shown,
    site,
    stationHref: stationHref(inspection.station, query),
    partHref: stationHref(inspection.station, { ...query, part: inspection.part }),
    set: { said: set.said, isIn: set.has(inspection), gridHref: set.gridHref(inspection, isFar) },
    previous: link(neighbours.previous),
    next: link(neighbours.next),
    previousNg: isMixed ? link(neighbours.previousNg) : null,
    nextNg: isMixed ? link(neighbours.nextNg) : null,
    compareFields: Object.fromEntries(new URL(here, 'http://x').searchParams),
    judgeAction: inspection.word === null ? null : `/inspections/${inspection.id}/verdict`,
    here,
  };
}
