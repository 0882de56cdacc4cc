/** Alarms of a station, worst first; the codes are part of every interface. */
export const alarmKeys = ['ngBurst', 'belowTarget', 'usualYield'] as const;
/**
 * `ngBurst`: a run of NG far above the usual share. `belowTarget`: the yield is below its target. `usualYield`: below
 * normal, the NG share lastingly at about twice its usual odds.
 */
export type AlarmKey = (typeof alarmKeys)[number];

/** What an alarm rests on. Shares are NG shares, 0..1; instants are epoch ms UTC. */
export type AlarmGrounds = {
  /** What was usual when it was raised, over all models that were judged; null without enough history. */
  usual: { inspections: number; ng: number; fromAt: number; toAt: number; partIds: number[] } | null;
  /** Of `belowTarget`: the target. An assumed one was set by nobody. */
  target: { share: number; isAssumed: boolean } | null;
};

/** Names an alarm: there is one of each key and instant at a station. */
export type AlarmRef = { stationId: number; key: AlarmKey; raisedAt: number };

/** An alarm from its beginning to its end. */
export type AlarmEpisode = AlarmRef & {
  /** When what it reports began, before it was certain. */
  beganAt: number;
  /** Null while it is on. */
  endedAt: number | null;
  /** `back`: the process is; `accepted`: somebody took the level for normal; `revised`: counts or target changed. */
  ending: 'back' | 'accepted' | 'revised' | null;
  grounds: AlarmGrounds;
  acknowledged: { at: number; by: string; note: string } | null;
  /** The new stage begins at `stageAt`. */
  accepted: { at: number; by: string; stageAt: number } | null;
};

/** An alarm as a test found it; `endedAt` is null while it is on. */
export type FoundAlarm = {
  key: AlarmKey;
  beganAt: number;
  raisedAt: number;
  endedAt: number | null;
  grounds: AlarmGrounds;
};
