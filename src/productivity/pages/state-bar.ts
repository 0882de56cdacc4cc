import { coordinate, pathOf, svgImage } from '../../kernel/charts/svg.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import { type ActivityState, activityStates, type Segment } from '../model.ts';

/** Columns of a bar: what is shorter than one of them is not seen, whatever the window. */
const columns = 480;
const heightPx = 16;
/** Each state has a height of its own, so that it is not told by its colour alone. */
const shares: Record<ActivityState, number> = { working: 1, idle: 0.6, absent: 0.25 };

/**
 * States over a window as safe SVG that stretches to its container: of each column the state that lasted longest in it,
 * nothing where nothing is known. Classes `state-working`, `state-idle`, `state-absent`; `state-off` marks what is not
 * planned, `state-now` the present instant within the window.
 */
export function drawStateBar(
  segments: readonly Pick<Segment, 'startAt' | 'endAt' | 'state'>[],
  window: TimeWindow,
  { planned = [], now, title }: { planned?: readonly TimeWindow[]; now: number; title?: string },
): string {
  const columnMs = (window.endAt - window.startAt) / columns;
  const winners = winnersOf(segments, window, columnMs);
  const paths = activityStates.map((state) => {
    const top = heightPx * (1 - shares[state]);
    const d = runsOf(winners, state)
      .map(([from, to]) => `M${from} ${coordinate(top)}H${to}V${heightPx}H${from}Z`)
      .join('');
    return pathOf(`state-${state}`, d);
  });
  const x = (at: number) => Math.min(columns, Math.max(0, Math.round((at - window.startAt) / columnMs)));
  const off = gapsBetween(planned, window)
    .map(({ startAt, endAt }) => [x(startAt), x(endAt)] as const)
    .filter(([from, to]) => to > from)
    .map(([from, to]) => `M${from} 0H${to}V${heightPx}H${from}Z`)
    .join('');
  const isNow = now > window.startAt && now < window.endAt;
  const nowLine = isNow
    ? pathOf('state-now', `M${x(now)} 0V${heightPx}`, ' fill="none" vector-effect="non-scaling-stroke"')
    : '';
  const box = `viewBox="0 0 ${columns} ${heightPx}" preserveAspectRatio="none"`;
  return svgImage(box, title, pathOf('state-off', off) + paths.join('') + nowLine);
}

/** Columns of one state as half-open runs. */
function runsOf(winners: readonly (ActivityState | undefined)[], state: ActivityState): [number, number][] {
  const runs: [number, number][] = [];
  for (const [column, winner] of winners.entries()) {
    if (winner !== state) continue;
    const last = runs.at(-1);
    if (last?.[1] === column) last[1] = column + 1;
    else runs.push([column, column + 1]);
  }
  return runs;
}

/** Of each column the state that lasted longest; none where longer nothing was known. */
function winnersOf(
  segments: readonly Pick<Segment, 'startAt' | 'endAt' | 'state'>[],
  window: TimeWindow,
  columnMs: number,
): (ActivityState | undefined)[] {
  const times = Array.from({ length: columns }, () => ({ working: 0, idle: 0, absent: 0 }));
  for (const { startAt, endAt, state } of segments) {
    const first = Math.max(0, Math.floor((startAt - window.startAt) / columnMs));
    const last = Math.min(columns - 1, Math.ceil((endAt - window.startAt) / columnMs) - 1);
    for (let column = first; column <= last; column++) {
      const from = window.startAt + column * columnMs;
      times[column]![state] += Math.min(endAt, from + columnMs) - Math.max(startAt, from);
    }
  }
  return times.map((time) => {
    const unknownMs = columnMs - time.working - time.idle - time.absent;
    const [best] = activityStates.toSorted((a, b) => time[b] - time[a]);
    return best !== undefined && time[best] > 0 && time[best] >= unknownMs ? best : undefined;
  });
}

function gapsBetween(planned: readonly TimeWindow[], { startAt, endAt }: TimeWindow): TimeWindow[] {
  if (planned.length === 0) return [];
  const gaps: TimeWindow[] = [];
  let from = startAt;
  for (const stretch of planned) {
    if (stretch.startAt > from) gaps.push({ startAt: from, endAt: Math.min(stretch.startAt, endAt) });
    from = Math.max(from, stretch.endAt);
  }
  if (from < endAt) gaps.push({ startAt: from, endAt });
  return gaps;
}
