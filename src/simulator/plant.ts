import { createWallClock } from '../kernel/time/time-zone.ts';
import { createIncidentBook, type Incidents } from './plant-incidents.ts';
import { type Pace, type PlannedImage, planStation } from './plant-station.ts';
import { demoStations, type StationPlan } from './plant-stations.ts';
import type { DrawnPart } from './products.ts';
import { createRandom } from './random.ts';

export type PlantOptions = {
  /** Same seed and instants, same plan. */
  seed: string;
  /** Epoch ms; the first image follows soon after, during a shift. */
  startAt: number;
  /** Epoch ms, exclusive; `Infinity` for a plant that never stops. A later end does not change earlier images. */
  endAt: number;
  /** IANA name: shifts and file names follow its clock. */
  timeZone: string;
  /** The story for visitors takes place around these instants; by default two hours after the start. */
  anchors?: readonly number[];
  /** Density of images from an instant on, in order; by default the full rate. */
  paces?: readonly Pace[];
  stations?: readonly StationPlan[];
  /** COUNT of a part's first image, by `station/part`; random for the others. */
  firstSequences?: Readonly<Record<string, number>>;
};

/** A plant whose images, verdicts and mishaps are all known in advance. */
export type PlantPlan = {
  readonly startAt: number;
  readonly endAt: number;
  /** All images in order of capture, from the start each time; equal seconds in order of the stations. */
  images(): Generator<PlannedImage>;
  /** Planned NG bursts, stops and mishaps that overlap a window. */
  incidents(startAt: number, endAt: number): Incidents;
};

const anchorAfterMs = 2 * 3_600_000;

/** Plans the plant. Pure: reads no clock, writes nothing. Throws `invalid` for an unknown time zone. */
export function planPlant(options: PlantOptions): PlantPlan {
  const { seed, startAt, endAt, firstSequences = {}, stations = demoStations, paces = [] } = options;
  const wallClock = createWallClock(options.timeZone);
  const anchors = options.anchors ?? [startAt + anchorAfterMs];
  const book = createIncidentBook({ seed, stations, anchors, wallClock });
  const firstSequence = (station: string, part: DrawnPart): number => {
    const key = `${station}/${part}`;
    return firstSequences[key] ?? createRandom(`${seed}:${key}:count`).integer(1_200, 9_500);
  };
  return {
    startAt,
    endAt,
    images: () => {
      const streams = stations.map((plan) =>
        planStation({
          plan,
          seed,
          startAt,
          paces,
          wallClock,
          incidentsBetween: book.between,
          firstSequence: (part) => firstSequence(plan.station, part),
        }),
      );
      return mergeStreams(streams, endAt);
    },
    incidents: (from, to) => {
      const each = stations.map((plan) => book.between(plan, Math.max(from, startAt), Math.min(to, endAt)));
      return { spans: each.flatMap(({ spans }) => spans), mishaps: each.flatMap(({ mishaps }) => mishaps) };
    },
  };
}

/** Several ordered streams as one, up to an instant. */
function* mergeStreams(streams: Generator<PlannedImage>[], endAt: number): Generator<PlannedImage> {
  const heads = streams.map((stream) => stream.next().value as PlannedImage | undefined);
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (head !== undefined && (first < 0 || head.capturedAt < heads[first]!.capturedAt)) first = index;
    }
    const image = heads[first];
    if (image === undefined || image.capturedAt >= endAt) return;
    yield image;
    heads[first] = streams[first]!.next().value as PlannedImage | undefined;
  }
}
