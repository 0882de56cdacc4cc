import { join } from 'node:path';
import { imageSrc } from '../../plant/links.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef } from '../model.ts';

/** One large picture as templates print it (`inspections/_picture`), or why there is none. */
export type Picture = {
  inspection: InspectionRef;
  originalSrc: string;
  /** The smaller sizes that browsers choose from. */
  srcset: string;
  /** Size of the file's own image; null where it cannot be read. */
  pixels: { width: number; height: number } | null;
  unreadable: { reason: string; attempts: number; failedAt: number; retryAction: string } | null;
  /** Label of the site that has its file, if it cannot be shown here. */
  elsewhere: string | null;
  /** Absolute path on the server. */
  fullPath: string;
  /** The page that a button of it returns to. */
  here: string;
};

/** Sizes of large pictures; what is enlarged further is the file itself. */
const widths = [640, 960, 1280, 1920] as const;

export async function readPicture(
  deps: InspectionDeps,
  inspection: InspectionRef,
  here: string,
): Promise<Picture> {
  const { names, sites } = deps.reads;
  const bad = await deps.reads.inspections.findBadImage(inspection);
  const location = await deps.locations.find(inspection.rootId);
  const isElsewhere = location?.kind === 'elsewhere';
  return {
    inspection,
    originalSrc: imageSrc(inspection, 'original'),
    srcset: srcsetOf(inspection),
    pixels: await deps.readPixels(inspection),
    unreadable: bad
      ? {
          reason: bad.reason,
          attempts: bad.attempts,
          failedAt: bad.failedAt,
          retryAction: `/images/${inspection.id}/retry`,
        }
      : null,
    elsewhere: isElsewhere ? (sites.tagOf(names.siteIdOf(inspection.stationId))?.label ?? '') : null,
    fullPath: join(location?.path ?? '', inspection.path),
    here,
  };
}

/** The candidates of an `img`, with their widths. */
export function srcsetOf(inspection: Pick<InspectionRef, 'id' | 'revision'>): string {
  return widths.map((width) => `${imageSrc(inspection, `w${width}.webp`)} ${width}w`).join(', ');
}
