import type { AppContext } from '../../kernel/http/env.ts';
import { readForm } from '../../kernel/http/form.ts';

/** The fields of a form as texts; a file or a missing field is an empty text. */
export type Fields = {
  text(name: string): string;
  /** Those of the values whose checkbox `<prefix>:<value>` is ticked. */
  ticked<T extends string>(prefix: string, values: readonly T[]): T[];
};

/** Reads a submitted form. Throws `invalid` if the body is not one. */
export async function readFields(c: AppContext): Promise<Fields> {
  const form = await readForm(c);
  const text = (name: string) => {
    const value = form[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    text,
    ticked: (prefix, values) => values.filter((value) => text(`${prefix}:${value}`) !== ''),
  };
}

/** The notice to show after a form was submitted, if it is one that the page knows. */
export function doneOf<T extends string>(c: AppContext, known: readonly T[]): T | null {
  return known.find((key) => key === c.req.query('done')) ?? null;
}
