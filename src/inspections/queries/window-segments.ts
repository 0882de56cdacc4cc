import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import type { TimeWindow } from '../../plant/time-window.ts';

/** A part of a window and the coarsest counts that cover it exactly; `rows` are the inspections themselves. */
export type Segment = TimeWindow & { from: 'hours' | 'minutes' | 'rows' };

/**
 * Cuts a half-open window so that it is counted exactly from few rows: whole hours from the hour counts, the other whole
 * minutes from the minute counts, and the edges, each within one minute, from the inspections.
 */
export function segmentsOf({ startAt, endAt }: TimeWindow): Segment[] {
  const up = (at: number, step: number) => Math.ceil(at / step) * step;
  const down = (at: number, step: number) => Math.floor(at / step) * step;
  // A window within one minute has no whole minute and only one edge.
  const minutes = { startAt: Math.min(up(startAt, minuteMs), endAt), endAt: down(endAt, minuteMs) };
  if (minutes.startAt > minutes.endAt) minutes.endAt = minutes.startAt;
  const hours = { startAt: up(minutes.startAt, hourMs), endAt: down(minutes.endAt, hourMs) };
  const inner: Segment[] =
    hours.startAt < hours.endAt
      ? [
          { from: 'minutes', startAt: minutes.startAt, endAt: hours.startAt },
          { from: 'hours', ...hours },
          { from: 'minutes', startAt: hours.endAt, endAt: minutes.endAt },
        ]
      : [{ from: 'minutes', ...minutes }];
  const segments: Segment[] = [
    { from: 'rows', startAt, endAt: minutes.startAt },
    ...inner,
    { from: 'rows', startAt: minutes.endAt, endAt },
  ];
  return segments.filter((segment) => segment.startAt < segment.endAt);
}

/**
 * The window with those ends rounded to the nearest minute that lie before `rowsSince`, where the rows of a partial minute
 * are deleted. Adjacent windows stay adjacent, so their counts still add up.
 */
export function withKnownEdges({ startAt, endAt }: TimeWindow, rowsSince: number): TimeWindow {
  const nearest = (at: number) => (at < rowsSince ? Math.round(at / minuteMs) * minuteMs : at);
  return { startAt: nearest(startAt), endAt: nearest(endAt) };
}
