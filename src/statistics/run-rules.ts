/**
 * Rules that detect a process out of control from z values (distance from the centre in sigmas).
 *
 * Western Electric: `beyond3` one point beyond 3σ; `twoOfThreeBeyond2` 2 of 3 beyond 2σ on one side;
 * `fourOfFiveBeyond1` 4 of 5 beyond 1σ on one side; `eightSameSide` 8 in a row on one side. Nelson's second:
 * `nineSameSide` 9 in a row on one side. Source: Western Electric, Statistical Quality Control Handbook, 1956;
 * Nelson, Journal of Quality Technology 16 (1984).
 *
 * Mean number of points between false alarms of a process in control: 370.4 with `beyond3` alone, 91.75 with all four
 * Western Electric rules (Champ and Woodall, Technometrics 29, 1987). The default is therefore `beyond3` and
 * `nineSameSide`.
 */
export const runRules = [
  'beyond3',
  'twoOfThreeBeyond2',
  'fourOfFiveBeyond1',
  'eightSameSide',
  'nineSameSide',
] as const;
export type RunRule = (typeof runRules)[number];

export const defaultRunRules: readonly RunRule[] = ['beyond3', 'nineSameSide'];
export const westernElectricRules: readonly RunRule[] = [
  'beyond3',
  'twoOfThreeBeyond2',
  'fourOfFiveBeyond1',
  'eightSameSide',
];

/** A point exactly on a limit is inside; sums of fractions may be off by this much. */
const tolerance = 1e-9;

/** `hits` of the last `of` points lie beyond `sigmas` on one side. A run is n of n beyond 0. */
const shapes: Readonly<Record<RunRule, { hits: number; of: number; sigmas: number }>> = {
  beyond3: { hits: 1, of: 1, sigmas: 3 },
  twoOfThreeBeyond2: { hits: 2, of: 3, sigmas: 2 },
  fourOfFiveBeyond1: { hits: 4, of: 5, sigmas: 1 },
  eightSameSide: { hits: 8, of: 8, sigmas: 0 },
  nineSameSide: { hits: 9, of: 9, sigmas: 0 },
};
const longestShape = 9;

/**
 * Takes z values in order and returns the rules that each point completes. A point signals only when it is part of the
 * pattern itself. A null (a bucket without inspections) neither extends nor breaks a pattern.
 */
export function createRunRules(rules: readonly RunRule[] = defaultRunRules): {
  next(z: number | null): RunRule[];
} {
  const recent: number[] = [];
  const isBeyond = (z: number, side: number, sigmas: number) => z * side > sigmas + tolerance;

  return {
    next(z) {
      if (z === null) return [];
      recent.unshift(z);
      if (recent.length > longestShape) recent.pop();
      const side = Math.sign(z);
      return rules.filter((rule) => {
        const { hits, of, sigmas } = shapes[rule];
        if (!isBeyond(z, side, sigmas)) return false;
        let beyond = 0;
        for (let i = 0; i < of && i < recent.length; i++) if (isBeyond(recent[i]!, side, sigmas)) beyond++;
        return beyond >= hits;
      });
    },
  };
}
