import type { DefectKind, DrawnPart } from './products.ts';

/**
 * Working time of a shift, site local, `HH:MM`: `from` inclusive, `to` exclusive; a `to` before `from` is next day.
 * A station's shifts are listed by `from` and do not overlap.
 */
export type ShiftTime = { from: string; to: string };

/** How one demo station behaves on an ordinary day. */
export type StationPlan = {
  station: string;
  /** Product models, run in lots by turns. */
  parts: readonly DrawnPart[];
  /** Usual time from one unit to the next. */
  cycleMs: number;
  /** Usual share of NG, 0..1. */
  ngRate: number;
  shifts: readonly ShiftTime[];
  /** How often each defect is the cause of an NG unit. */
  defects: Readonly<Record<DefectKind, number>>;
};

const roundTheClock: readonly ShiftTime[] = [
  { from: '02:15', to: '05:55' },
  { from: '06:00', to: '10:00' },
  { from: '10:10', to: '14:00' },
  { from: '14:05', to: '18:00' },
  { from: '18:10', to: '22:00' },
  { from: '22:05', to: '02:00' },
];

/** The demo plant: two stations in continuous operation, one with an evening shift, one on day shift only. */
export const demoStations: readonly StationPlan[] = [
  {
    station: 'S9',
    parts: ['OR-3CT', 'OR-2CT'],
    cycleMs: 8_000,
    ngRate: 0.024,
    shifts: roundTheClock,
    defects: { crack: 1, dent: 2, scratch: 4, stain: 3, missing: 2 },
  },
  {
    station: 'S7-D2',
    parts: ['OR-3CT', 'OR-2CT'],
    cycleMs: 10_000,
    ngRate: 0.046,
    shifts: roundTheClock,
    defects: { crack: 3, dent: 2, scratch: 3, stain: 1, missing: 3 },
  },
  {
    station: 'S4',
    parts: ['OR-3CT'],
    cycleMs: 9_000,
    ngRate: 0.012,
    shifts: [
      { from: '08:00', to: '12:00' },
      { from: '13:00', to: '17:00' },
      { from: '18:00', to: '02:00' },
    ],
    defects: { crack: 1, dent: 1, scratch: 3, stain: 4, missing: 1 },
  },
  {
    station: 'S12',
    parts: ['HX-1'],
    cycleMs: 28_000,
    ngRate: 0.008,
    shifts: [
      { from: '08:00', to: '12:00' },
      { from: '13:00', to: '17:00' },
    ],
    defects: { crack: 3, dent: 1, scratch: 2, stain: 2, missing: 2 },
  },
];
