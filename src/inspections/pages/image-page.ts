import { join } from 'node:path';
import type { Direction } from '../../kernel/db/keyset.ts';
import { AppError } from '../../kernel/errors.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef } from '../model.ts';
import type { ListFilter } from '../queries/inspection-queries.ts';
import { type ImagePage, imagePage } from './image-views.ts';
import { shotView } from './shot-view.ts';

/** The page of one image with its neighbours at the station, and its time zone; throws `not_found` for an unknown id. */
export async function readImagePage(
  deps: InspectionDeps,
  id: number,
): Promise<{ view: ImagePage; timeZone: string }> {
  const { inspections, names, sites } = deps.reads;
  const inspection = Number.isSafeInteger(id) ? await inspections.find(id) : undefined;
  if (!inspection) throw new AppError('not_found', `There is no image with the number ${id}.`);
  const { stationId } = inspection;
  const siteId = names.siteIdOf(stationId);
  const from = { capturedAt: inspection.capturedAt, id: inspection.id };
  const neighbour = async (direction: Direction, only: ListFilter = {}): Promise<InspectionRef | null> => {
    const [found] = await inspections.list({ stationId, ...only }, { limit: 1, from, direction });
    return found ?? null;
  };
  const others = await inspections.listOtherViews(inspection);
  const location = await deps.locations.find(inspection.rootId);
  const view = imagePage(
    inspection,
    {
      previous: await neighbour('older'),
      next: await neighbour('newer'),
      previousNg: await neighbour('older', { verdict: 'NG' }),
      nextNg: await neighbour('newer', { verdict: 'NG' }),
    },
    {
      pixels: await deps.readPixels(inspection),
      bad: (await inspections.findBadImage(inspection)) ?? null,
      fullPath: join(location?.path ?? '', inspection.path),
      site: sites.tagOf(siteId),
      isElsewhere: location?.kind === 'elsewhere',
      views: others.map((other) => shotView(other)),
    },
  );
  return { view, timeZone: sites.wallClockOf(siteId).timeZone };
}
