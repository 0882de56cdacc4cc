import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';

/** An image as the counts see it; one without view and serial number needs no id. */
export type CountedImage = {
  id?: number;
  stationId: number;
  partId: number;
  capturedAt: number;
  /** The time in its name, where that was not believed. */
  namedAt: number | null;
  verdict: Verdict | null;
  word: string | null;
  sequence: number | null;
  view: string | null;
  unit: string | null;
};

/** A row that was written, removed (without `after`) or inserted (without `before`). */
export type ImageChange = { before?: CountedImage; after?: CountedImage };

/** Further views counted (+) or no longer counted (−) in the bucket of an instant. */
export type FurtherChange = {
  stationId: number;
  partId: number;
  capturedAt: number;
  verdict: Verdict;
  by: number;
};

/**
 * The key of an image's unit: its serial number, else what equals of station, part, second in the name and COUNT among
 * images that declare a view. Undefined for an image that is a unit by itself.
 */
export function unitKeyOf({
  stationId,
  partId,
  capturedAt,
  namedAt,
  sequence,
  view,
  unit,
}: CountedImage): string | undefined {
  if (unit !== null) return `${stationId}:${partId}:${unit}`;
  return view === null ? undefined : `${stationId}:${partId}@${namedAt ?? capturedAt}:${sequence}`;
}

/**
 * How a change of images changes the further views of their units. To be called in the transaction of the change, after
 * the rows are written. A unit counts once, when its first image was taken: as NG if any view is NG, undecided (in no
 * yield) if one is undecided, else as OK.
 */
export async function furtherChanges(
  db: Db,
  q: Queryable,
  changes: readonly ImageChange[],
): Promise<FurtherChange[]> {
  const touched = changes.flatMap(({ before, after }) => [before, after]).filter(isOfUnit);
  if (touched.length === 0) return [];
  const rows = await readUnits(db, q, touched);
  const members = Map.groupBy(rows.values(), (row) => unitKeyOf(row) ?? '');
  const changed = new Map(changes.flatMap((change) => idsOf(change).map((id) => [id, change])));
  const keys = new Set(touched.map((image) => unitKeyOf(image)!));
  return [...keys].flatMap((key) => {
    const now = members.get(key) ?? [];
    const same = now.filter(({ id }) => id === undefined || !changed.has(id));
    const gone = changes.flatMap(({ before }) => (before && unitKeyOf(before) === key ? before : []));
    return [
      ...furtherOf([...same, ...gone]).map((change) => ({ ...change, by: -change.by })),
      ...furtherOf(now),
    ];
  });
}

function isOfUnit(image: CountedImage | undefined): image is CountedImage {
  return image !== undefined && unitKeyOf(image) !== undefined;
}

function idsOf({ before, after }: ImageChange): number[] {
  return [...new Set([before, after].flatMap((image) => image?.id ?? []))];
}

/** All images of the units that these belong to, by id. */
async function readUnits(
  db: Db,
  q: Queryable,
  images: readonly CountedImage[],
): Promise<Map<number, CountedImage>> {
  const { inspections } = db.tables;
  const found = new Map<number, CountedImage>();
  const columns = {
    id: inspections.id,
    stationId: inspections.stationId,
    partId: inspections.partId,
    capturedAt: inspections.capturedAt,
    namedAt: inspections.namedAt,
    verdict: inspections.verdict,
    word: inspections.word,
    sequence: inspections.sequence,
    view: inspections.view,
    unit: inspections.unit,
  };
  for (const some of Map.groupBy(images, ({ stationId, partId }) => `${stationId}:${partId}`).values()) {
    const { stationId, partId } = some[0]!;
    const ofLane = and(eq(inspections.stationId, stationId), eq(inspections.partId, partId));
    const serials = [...new Set(some.flatMap(({ unit }) => unit ?? []))];
    const named = some
      .filter(({ unit }) => unit === null)
      .map(({ namedAt, capturedAt }) => namedAt ?? capturedAt);
    const times = [...new Set(named)];
    const isView = isNotNull(inspections.view);
    // Of the views of one unit some may be ahead of the clock by just too much, others not.
    const wanted = [
      serials.length > 0 ? inArray(inspections.unit, serials) : undefined,
      times.length > 0 ? and(inArray(inspections.capturedAt, times), isView) : undefined,
      times.length > 0 ? and(inArray(inspections.namedAt, times), isView) : undefined,
    ];
    for (const which of wanted) {
      if (which === undefined) continue;
      const rows = await q.select(columns).from(inspections).where(and(ofLane, which));
      for (const row of rows) found.set(row.id, row);
    }
  }
  return found;
}

/** What the images of one unit add to the further views: all of them, less the unit itself. */
export function furtherOf(images: readonly CountedImage[]): FurtherChange[] {
  const [first] = images.toSorted((a, b) => a.capturedAt - b.capturedAt || (a.id ?? 0) - (b.id ?? 0));
  if (!first) return [];
  const changes = images.flatMap((image): FurtherChange[] => {
    const { stationId, partId, capturedAt, verdict } = image;
    return verdict === null ? [] : [{ stationId, partId, capturedAt, verdict, by: 1 }];
  });
  const verdict = verdictOfUnit(images);
  const { stationId, partId, capturedAt } = first;
  if (verdict !== null) changes.push({ stationId, partId, capturedAt, verdict, by: -1 });
  return changes;
}

function verdictOfUnit(images: readonly CountedImage[]): Verdict | null {
  if (images.some(({ verdict }) => verdict === 'NG')) return 'NG';
  if (images.some(({ verdict, word }) => verdict === null && word !== null)) return null;
  return images.some(({ verdict }) => verdict === 'OK') ? 'OK' : null;
}
