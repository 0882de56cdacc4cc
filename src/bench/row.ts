/** What a row says of its budget; `no reference`: the tool to compare with is not on this machine. */
export type Verdict = 'within' | 'over' | 'no reference' | 'failed';

/** A measured value; rates and shares are larger-is-better or not as their budget says. */
export type Measure = { value: number; unit: 'ms' | 's' | 'KB' | 'MB' | '%' | '/s' | '' };

/** One line of the table, printed as it stands; `values` are the bare numbers for the JSON file. */
export type Row = {
  name: string;
  ours: string;
  reference: string;
  ratio: string;
  budget: string;
  verdict: Verdict;
  values: Record<string, number>;
};

/** Ours against something measured in the same run; the budget is a bound of ours divided by the reference. */
export function compare(
  name: string,
  ours: Measure,
  reference: Measure & { what: string },
  budget: { atMost: number } | { atLeast: number },
): Row {
  const ratio = ours.value / reference.value;
  const isWithin = 'atMost' in budget ? ratio <= budget.atMost : ratio >= budget.atLeast;
  return {
    name,
    ours: print(ours),
    reference: `${print(reference)} (${reference.what})`,
    ratio: `${ratio.toFixed(2)} ×`,
    budget: 'atMost' in budget ? `≤ ${budget.atMost} ×` : `≥ ${budget.atLeast} ×`,
    verdict: isWithin ? 'within' : 'over',
    values: { ours: ours.value, reference: reference.value, ratio },
  };
}

/** Ours against a bound of its own. */
export function limit(name: string, ours: Measure, budget: { atMost: number } | { atLeast: number }): Row {
  const isWithin = 'atMost' in budget ? ours.value <= budget.atMost : ours.value >= budget.atLeast;
  const bound = 'atMost' in budget ? budget.atMost : budget.atLeast;
  return {
    name,
    ours: print(ours),
    reference: '–',
    ratio: '–',
    budget: `${'atMost' in budget ? '≤' : '≥'} ${print({ value: bound, unit: ours.unit })}`,
    verdict: isWithin ? 'within' : 'over',
    values: { ours: ours.value },
  };
}

/** Ours where the tool to compare with is missing. */
export function withoutReference(name: string, ours: Measure, tool: string): Row {
  return {
    name,
    ours: print(ours),
    reference: `${tool} is not on this machine`,
    ratio: '–',
    budget: '–',
    verdict: 'no reference',
    values: { ours: ours.value },
  };
}

/** What was not measured because a program it needs is missing. */
export function absent(name: string, program: string): Row {
  const reference = `${program} is not on this machine`;
  return { name, ours: '–', reference, ratio: '–', budget: '–', verdict: 'no reference', values: {} };
}

/** A measurement that could not be made, with the reason. */
export function failed(name: string, reason: string): Row {
  return { name, ours: reason, reference: '–', ratio: '–', budget: '–', verdict: 'failed', values: {} };
}

function print({ value, unit }: Measure): string {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '%' || unit === '/s' ? '' : ' '}${unit}`.trim();
}
