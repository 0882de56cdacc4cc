import type { Reactions } from './event-bus.ts';
import type { Events } from './events.ts';
import { type LiveScreens, screenReactions } from './live/screens/screens.ts';

type Parts = {
  checks: { wake(added: number): void };
  newestImage: { note(recorded: Events['inspections.recorded'] | undefined): void };
  stationTests: { wake(stationIds: readonly number[] | undefined, oldestAt: number): void };
  productivity: { rebuild(): void; forgetShiftsSince(at: number): void; noteRetention(): void };
  predictions: { noteRecorded(): void };
  pulse: { forget(): void };
  images: { wake(stationIds: readonly number[]): void; forgetFailures(): void };
  system: {
    countRecorded(images: number): void;
    countRemoved(policy: string, removed: { count: number; bytes: number }): void;
  };
  topics: { recheck(): void; refreshAll(): void };
  live: {
    showStations(stationIds: readonly number[] | undefined): void;
    follow(batch: Events['live.recorded'] | undefined): void;
  };
  screens: LiveScreens;
  sockets: { recheck(): void };
};

/** Which part reacts to which event. */
export function productReactions(parts: Parts): Reactions {
  const {
    checks,
    newestImage,
    stationTests,
    productivity,
    predictions,
    pulse,
    images,
    system,
    topics,
    live,
    screens,
    sockets,
  } = parts;
  const recheckViewers = () => {
    topics.recheck();
    sockets.recheck();
  };
  // Every fragment and every list of cameras may name a station.
  const showNames = () => {
    topics.refreshAll();
    live.showStations(undefined);
  };
  // Merged stations are judged by the counts of both, separated ones by their own.
  const judgeAll = () => stationTests.wake(undefined, 0);
  const forgetShifts = () => productivity.forgetShiftsSince(0);
  const forgetSince = (recorded: { oldestAt: number } | undefined) =>
    productivity.forgetShiftsSince(recorded?.oldestAt ?? 0);
  return {
    own: {
      'inspections.recorded': [
        ({ added }) => checks.wake(added),
        ({ stationIds, oldestAt }) => stationTests.wake(stationIds, oldestAt),
        ({ stationIds }) => images.wake(stationIds),
        ({ added }) => system.countRecorded(added),
        ({ stationIds }) => live.showStations(stationIds),
        (recorded) => newestImage.note(recorded),
        forgetSince,
      ],
      'activity.recorded': [forgetSince],
      'plant.grown': [forgetShifts],
      'alarms.changed': [() => pulse.forget()],
      'retention.changed': [() => productivity.noteRetention()],
      'retention.removed': [({ policy, count, bytes }) => system.countRemoved(policy, { count, bytes })],
      ...screenReactions(screens),
      'plant.changed': [showNames, judgeAll, forgetShifts, () => productivity.rebuild()],
      'access.changed': [recheckViewers],
    },
    others: {
      // COUNT may be checked, and stations tested, in another process than the one that records, and thumbnails lie beside each web process.
      'inspections.recorded': [
        (recorded) => checks.wake(recorded?.added ?? 0),
        (recorded) => stationTests.wake(recorded?.stationIds, recorded?.oldestAt ?? 0),
        (recorded) => images.wake(recorded?.stationIds ?? []),
        (recorded) => live.showStations(recorded?.stationIds),
        (recorded) => newestImage.note(recorded),
        forgetSince,
      ],
      'activity.recorded': [forgetSince],
      'plant.grown': [forgetShifts],
      'live.recorded': [(batch) => live.follow(batch)],
      'plant.changed': [showNames, judgeAll, forgetShifts, () => productivity.rebuild()],
      'alarms.changed': [() => pulse.forget()],
      'images.changed': [() => images.forgetFailures()],
      'predictions.recorded': [() => predictions.noteRecorded()],
      'retention.changed': [() => productivity.noteRetention()],
      'access.changed': [recheckViewers],
    },
  };
}
