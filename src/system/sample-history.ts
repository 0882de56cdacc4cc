/** The figures of the process at one moment; null if unknown. */
export type Sample<Key extends string> = { at: number; values: Record<Key, number | null> };

/** The last samples, oldest first. In memory only, because they describe this process. */
export type History<Key extends string> = {
  add(sample: Sample<Key>): void;
  readonly latest: Sample<Key> | undefined;
  /** When the oldest sample was taken. */
  readonly startAt: number | undefined;
  /**
   * One figure over time in at most `points` values. Each value is the worst of several neighbours: the greatest, or the
   * least with `isWorse` 'below'.
   */
  course(key: Key, points: number, isWorse?: 'above' | 'below'): (number | null)[];
};

export function createHistory<Key extends string>({ maxSamples }: { maxSamples: number }): History<Key> {
  const samples: Sample<Key>[] = [];
  return {
    add: (sample) => {
      samples.push(sample);
      if (samples.length > maxSamples) samples.shift();
    },
    get latest() {
      return samples.at(-1);
    },
    get startAt() {
      return samples[0]?.at;
    },
    course: (key, points, isWorse = 'above') => {
      const perPoint = Math.ceil(samples.length / points);
      return Array.from({ length: perPoint === 0 ? 0 : Math.ceil(samples.length / perPoint) }, (_, i) => {
        const together = samples.slice(i * perPoint, (i + 1) * perPoint);
        const known = together.flatMap(({ values }) => values[key] ?? []);
        if (known.length === 0) return null;
        return isWorse === 'above' ? Math.max(...known) : Math.min(...known);
      });
    },
  };
}
