/*
 * The state of a station: one word, found from facts by one rule and printed by every page, tile, wall, API and metric.
 * Pure. The order is the house's decision; a state whose facts nobody supplies yet never occurs.
 */

/**
 * Every state, the one that decides first. What makes all others doubtful comes first (no files, wrong times), then what
 * stopped the station, then what is wrong with what it makes. Codes are sent to programs and never change.
 */
export const stationStateCodes = [
  'sourceOffline',
  'clockWrong',
  'stopped',
  'silent',
  'imagesUnusable',
  'ngBurst',
  'belowTarget',
  'usualYield',
  'drift',
  'notEnoughHistory',
  'running',
  'notScheduled',
] as const;

export type StationStateCode = (typeof stationStateCodes)[number];

/** A state with what its sentence needs. Instants are epoch ms UTC, yields 0..1. */
export type StationState =
  /** A watched folder of the station is offline; since when, if known. */
  | { code: 'sourceOffline'; sinceAt: number | null }
  /** The names of its images are this much ahead of this server's clock, ms; negative is behind. */
  | { code: 'clockWrong'; aheadMs: number }
  /** Somebody reported a stop. */
  | { code: 'stopped'; sinceAt: number; reason: string | null }
  /** No image since then, in hours in which it usually runs. */
  | { code: 'silent'; sinceAt: number; usualIntervalMs: number | null }
  /** Its camera sends images that show nothing. */
  | { code: 'imagesUnusable'; sinceAt: number }
  | { code: 'ngBurst'; sinceAt: number }
  | { code: 'belowTarget'; sinceAt: number | null; target: number | null }
  /** The yield is below this, its usual one: "below normal" on screens. */
  | { code: 'usualYield'; sinceAt: number | null; usual: number | null }
  | { code: 'drift'; sinceAt: number }
  /** Too few inspections to know what is usual, so nothing about its yield can be judged. */
  | { code: 'notEnoughHistory' }
  | { code: 'running' }
  /** No image is expected now. */
  | { code: 'notScheduled'; lastSeenAt: number | null };

type Fact<C extends StationStateCode> = Omit<Extract<StationState, { code: C }>, 'code'> | null;

/** What is known of a station at one instant; null is "not so". */
export type StationFacts = {
  /**
   * Whether every watched folder of the station was swept once since the start and its yield was judged. Before that, a
   * missing image proves nothing and the station is not called running.
   */
  isJudged: boolean;
  lastSeenAt: number | null;
  /** It sends images as usual. */
  isRunning: boolean;
  /** Enough inspections to know its usual yield. */
  hasHistory: boolean;
} & { [C in Exclude<StationStateCode, 'notEnoughHistory' | 'running' | 'notScheduled'>]: Fact<C> };

/** What a page prints: the state, null until it can be judged, and what else is wrong at the same time. */
export type JudgedStation = { state: StationState | null; also: StationState[] };

/** The facts of a station of which nothing is wrong and nothing is known. */
export const noFacts: StationFacts = {
  isJudged: true,
  lastSeenAt: null,
  isRunning: false,
  hasHistory: true,
  sourceOffline: null,
  clockWrong: null,
  stopped: null,
  silent: null,
  imagesUnusable: null,
  ngBurst: null,
  belowTarget: null,
  usualYield: null,
  drift: null,
};

/** The state of a station by its facts: the first that applies, in the order of `stationStateCodes`. */
export function judgeStation(facts: StationFacts): JudgedStation {
  const found = stationStateCodes.flatMap((code) => stateOf(code, facts) ?? []);
  const [state = null, ...others] = found;
  return { state, also: others.filter((other) => isProblem(other) && !follows(other, state)) };
}

function stateOf(code: StationStateCode, facts: StationFacts): StationState | null {
  switch (code) {
    case 'notEnoughHistory':
      return facts.isJudged && facts.isRunning && !facts.hasHistory ? { code } : null;
    case 'running':
      return facts.isJudged && facts.isRunning ? { code } : null;
    case 'notScheduled':
      return facts.isJudged ? { code, lastSeenAt: facts.lastSeenAt } : null;
    case 'silent':
      // Images may lie in a folder that was not looked into yet.
      return facts.isJudged ? withCode(code, facts) : null;
    default:
      return withCode(code, facts);
  }
}

function withCode(
  code: Exclude<StationStateCode, 'notEnoughHistory' | 'running' | 'notScheduled'>,
  facts: StationFacts,
): StationState | null {
  const fact = facts[code];
  return fact === null ? null : ({ code, ...fact } as StationState);
}

/** A station whose folder is gone or that was stopped is silent because of that. */
function follows(other: StationState, state: StationState | null): boolean {
  return other.code === 'silent' && (state?.code === 'sourceOffline' || state?.code === 'stopped');
}

/** Whether somebody should look after it. */
export function isProblem(state: StationState | null): boolean {
  return state !== null && !calmCodes.has(state.code);
}

const calmCodes: ReadonlySet<StationStateCode> = new Set(['notEnoughHistory', 'running', 'notScheduled']);

/** A state colours what shows it; `unknown` is grey. */
export type Tone = 'ng' | 'warn' | 'ok' | 'unknown';

const tones: Readonly<Record<StationStateCode, Tone>> = {
  sourceOffline: 'ng',
  clockWrong: 'warn',
  stopped: 'warn',
  silent: 'warn',
  imagesUnusable: 'ng',
  ngBurst: 'ng',
  belowTarget: 'ng',
  usualYield: 'warn',
  drift: 'warn',
  notEnoughHistory: 'unknown',
  running: 'ok',
  notScheduled: 'unknown',
};

/** The tone of a state; grey until it is judged. */
export function stateTone(state: StationState | null): Tone {
  return state === null ? 'unknown' : tones[state.code];
}

/** 0 is worst, so that problems sort to the top; a station that is not judged yet stands behind them. */
export function stateRank(state: StationState | null): number {
  return stationStateCodes.indexOf(state?.code ?? 'notEnoughHistory');
}

/** A state as every template prints it, with what it colours. */
export type StateView = JudgedStation & {
  tone: Tone;
  /** Its numbers are old and are shown so. */
  isStale: boolean;
  /** Its yield is below target or normal. */
  isLow: boolean;
};

/** What templates print of a station's state. */
export function stateView({ state, also }: JudgedStation): StateView {
  const isLow = state?.code === 'usualYield' || state?.code === 'belowTarget';
  return { state, also, tone: stateTone(state), isStale: isStale(state), isLow };
}

/** Whether the numbers of a station are old: its images do not arrive. */
export function isStale(state: StationState | null): boolean {
  return state !== null && staleCodes.has(state.code);
}

const staleCodes: ReadonlySet<StationStateCode> = new Set([
  'sourceOffline',
  'silent',
  'stopped',
  'notScheduled',
]);

/** What is known of a watched folder; `starting` until its first sweep has ended. */
export type SourceState = 'starting' | 'online' | 'offline' | 'empty';

/**
 * What may be said of several stations together. `allRight` only after every one of them was judged, none is wrong, at
 * least one runs and all folders are there; `unjudged` says why nothing can be said.
 */
export type PlantState =
  | { kind: 'wrong'; count: number }
  | { kind: 'allRight' }
  | { kind: 'unjudged'; why: 'noStation' | 'sourceOffline' | 'starting' | 'noHistory' | 'notScheduled' };

/** The state of a plant by the states of its stations and of its watched folders. */
export function judgePlant(
  states: readonly (StationState | null)[],
  sources: readonly { state: SourceState }[],
): PlantState {
  const count = states.filter(isProblem).length;
  if (count > 0) return { kind: 'wrong', count };
  const is = (state: SourceState) => sources.some((source) => source.state === state);
  const has = (code: StationStateCode) => states.some((state) => state?.code === code);
  if (is('offline')) return { kind: 'unjudged', why: 'sourceOffline' };
  if (states.length === 0) return { kind: 'unjudged', why: 'noStation' };
  if (is('starting') || states.includes(null)) return { kind: 'unjudged', why: 'starting' };
  if (has('notEnoughHistory')) return { kind: 'unjudged', why: 'noHistory' };
  return has('running') ? { kind: 'allRight' } : { kind: 'unjudged', why: 'notScheduled' };
}
