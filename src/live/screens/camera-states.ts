import { channelSetOf, type LiveCamera } from '../model.ts';
import { cameraState } from './screen-messages.ts';
import type { Subscription } from './subscription.ts';

/** Listing a thousand cameras takes a millisecond, and two hundred screens may connect at once. */
const maxAgeMs = 250;

/** All cameras at one moment, and the text that changes with the set of channels that have a picture. */
export type CameraSnapshot = { all: LiveCamera[]; set: string };

/** The states of the cameras that a viewer follows; `text` compares them with earlier ones. */
export type FollowedStates = { data: object[]; set: string; text: string };

/** The cameras as viewers are notified of them, listed once for many viewers. */
export type CameraStates = {
  /** All cameras now. */
  refresh(): CameraSnapshot;
  /** Drops the last snapshot: a picture came or went. */
  invalidate(): void;
  /** States of the cameras a viewer follows, of a snapshot at most `maxAgeMs` old unless one is given. */
  followedBy(wanted: Subscription, snapshot?: CameraSnapshot): FollowedStates;
};

export function createCameraStates(listCameras: () => LiveCamera[]): CameraStates {
  let last: { at: number; snapshot: CameraSnapshot } | undefined;

  function refresh(): CameraSnapshot {
    const all = listCameras();
    const snapshot = { all, set: channelSetOf(all) };
    last = { at: performance.now(), snapshot };
    return snapshot;
  }

  /** Every later change is published to all viewers, so that a recent snapshot is enough for a new one. */
  function recent(): CameraSnapshot {
    return last !== undefined && performance.now() - last.at <= maxAgeMs ? last.snapshot : refresh();
  }

  return {
    refresh,
    invalidate: () => {
      last = undefined;
    },
    followedBy(wanted, snapshot) {
      const { all, set } = snapshot ?? recent();
      const isFollowed = (camera: LiveCamera) =>
        Object.values(camera.channels).some((channel) => wanted.channels?.has(channel));
      const data = all.filter(isFollowed).map(cameraState);
      return { data, set, text: JSON.stringify([data, set]) };
    },
  };
}
