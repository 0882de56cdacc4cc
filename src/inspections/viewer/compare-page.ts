import { AppError } from '../../kernel/errors.ts';
import { imageHref, siteParam, stationHref } from '../../plant/links.ts';
import type { SiteTag } from '../../plant/sites.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef } from '../model.ts';
import { compareHref, maxCompared } from './compare-links.ts';
import { findImage } from './image-page.ts';
import { type ImageSet, readImageSet } from './image-set.ts';
import type { SetView } from './image-views.ts';
import { type Picture, readPicture } from './read-picture.ts';

export type ComparedImage = {
  picture: Picture;
  site: SiteTag | null;
  href: string;
  stationHref: string;
  /** The comparison without it; null where too few would remain. */
  withoutHref: string | null;
};

/** Images side by side, oldest first. */
export type ComparePage = {
  images: ComparedImage[];
  set: SetView;
  here: string;
};

/**
 * The page that compares the images of `ids`, a list or several values, and its time zone. Of one image alone it says that it
 * is not enough: a film strip in which nothing was chosen sends the image it stands at.
 *
 * @throws AppError 'invalid' for what is no number of an image and for none or too many of them, 'not_found' for an unknown one.
 */
export async function readComparePage(
  deps: InspectionDeps,
  search: URLSearchParams,
): Promise<{ view: ComparePage; timeZone: string }> {
  const { sites, names } = deps.reads;
  const images: InspectionRef[] = [];
  for (const id of readIds(search)) images.push(await findImage(deps, id));
  images.sort((a, b) => a.capturedAt - b.capturedAt || a.id - b.id);
  const [first, ...others] = images as [InspectionRef, ...InspectionRef[]];
  const set = readImageSet(search, [first, ...others], deps.reads);
  const here = compareHref(images, set) ?? imageHref(first, set.list);
  const compared = await Promise.all(
    images.map((image) => comparedImage(deps, image, { images, set, here })),
  );
  const view: ComparePage = {
    images: compared,
    set: { said: set.said, isIn: true, gridHref: set.gridHref(images.at(-1) ?? first, true) },
    here,
  };
  return { view, timeZone: sites.wallClockOf(names.siteIdOf(first.stationId)).timeZone };
}

async function comparedImage(
  deps: InspectionDeps,
  image: InspectionRef,
  { images, set, here }: { images: readonly InspectionRef[]; set: ImageSet; here: string },
): Promise<ComparedImage> {
  const { sites, names } = deps.reads;
  const site = sites.tagOf(names.siteIdOf(image.stationId));
  return {
    picture: await readPicture(deps, image, here),
    site,
    href: imageHref(image, set.list),
    stationHref: stationHref(image.station, { site: siteParam(site) }),
    withoutHref: compareHref(
      images.filter(({ id }) => id !== image.id),
      set,
    ),
  };
}

/** @throws AppError 'invalid' */
function readIds(search: URLSearchParams): number[] {
  const texts = search
    .getAll('ids')
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const wrong = texts.find((text) => !/^\d{1,15}$/.test(text));
  if (wrong !== undefined) throw refuse(`"${wrong.slice(0, 40)}" is not the number of an image.`);
  const ids = [...new Set(texts.map(Number))];
  if (ids.length === 0) throw refuse('Choose two to four images to compare.');
  if (ids.length > maxCompared) {
    throw refuse(`Four images can be compared at once; these are ${ids.length}. Leave some out.`);
  }
  return ids;
}

function refuse(message: string): AppError {
  return new AppError('invalid', message, { details: { field: 'ids' } });
}
