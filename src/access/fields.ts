import type { AppContext } from '../kernel/http/env.ts';
import { readForm } from '../kernel/http/form.ts';

/** The fields of a form as texts; a file or a field that is not there is the empty text. */
export type Fields = {
  text(name: string): string;
  /** Of these, the ones whose box `<prefix>:<value>` is ticked. */
  ticked<T extends string>(prefix: string, values: readonly T[]): T[];
};

/** Reads a form that was sent; throws `invalid` for a body that is none. */
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

/** The key of a page's notice after a form was sent, when it is one of those the page knows. */
export function doneOf<T extends string>(c: AppContext, known: readonly T[]): T | null {
  return known.find((key) => key === c.req.query('done')) ?? null;
}
