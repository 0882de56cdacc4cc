import type { TimeWindow } from './model.ts';
import { hourMs, minuteMs } from './roll-ups.ts';

/** A stretch of a window and the coarsest counts that cover it exactly; `rows` are the inspections themselves. */
export type Segment = TimeWindow & { from: 'hours' | 'minutes' | 'rows' };

/**
 * Cuts a half-open window so that it is answered exactly from few rows: whole hours from the hour counts, the rest of
 * whole minutes from the minute counts, and what is left at the edges (below a minute each) from the rows.
 */
export function segmentsOf({ startAt, endAt }: TimeWindow): Segment[] {
  const up = (at: number, step: number) => Math.ceil(at / step) * step;
  const down = (at: number, step: number) => Math.floor(at / step) * step;
  const minutes = { startAt: up(startAt, minuteMs), endAt: down(endAt, minuteMs) };
  if (minutes.startAt >= minutes.endAt) return keepFilled([{ from: 'rows', startAt, endAt }]);
  const hours = { startAt: up(minutes.startAt, hourMs), endAt: down(minutes.endAt, hourMs) };
  const inner: Segment[] =
    hours.startAt < hours.endAt
      ? [
          { from: 'minutes', startAt: minutes.startAt, endAt: hours.startAt },
          { from: 'hours', ...hours },
          { from: 'minutes', startAt: hours.endAt, endAt: minutes.endAt },
        ]
      : [{ from: 'minutes', ...minutes }];
  return keepFilled([
    { from: 'rows', startAt, endAt: minutes.startAt },
    ...inner,
    { from: 'rows', startAt: minutes.endAt, endAt },
  ]);
}

function keepFilled(segments: Segment[]): Segment[] {
  return segments.filter((segment) => segment.startAt < segment.endAt);
}
