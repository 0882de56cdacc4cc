import { join } from 'node:path';
import { AppError } from '../kernel/errors.ts';
import type { InspectionDeps } from './deps.ts';
import { type ImagePage, imagePage } from './image-views.ts';
import type { Direction, ListFilter } from './inspection-queries.ts';
import type { InspectionRef } from './model.ts';

/** The page of one image with its neighbours at the station; throws `not_found` for an unknown id. */
export async function readImagePage(deps: InspectionDeps, id: number): Promise<ImagePage> {
  const { inspections, names } = deps.reads;
  const inspection = Number.isSafeInteger(id) ? await inspections.findInspection(id) : undefined;
  if (!inspection) throw new AppError('not_found', `There is no image with the number ${id}.`);
  const stationId = names.findStationId(inspection.station);
  const place = { capturedAt: inspection.capturedAt, id: inspection.id };
  const neighbour = async (direction: Direction, only: ListFilter = {}): Promise<InspectionRef | null> => {
    if (stationId === undefined) return null;
    const [found] = await inspections.listInspections(
      { stationId, ...only },
      { limit: 1, from: place, direction },
    );
    return found ?? null;
  };
  return imagePage(
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
      fullPath: join(deps.sources.rootPath(inspection.rootId) ?? '', inspection.path),
    },
  );
}
