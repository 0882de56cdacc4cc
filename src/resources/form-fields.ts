import type { AppContext } from '../kernel/http/env.ts';
import { type Done, done } from './views.ts';

/** A field as it was typed, '' where it is none. */
export function textField(form: Record<string, unknown>, name: string): string {
  const value = form[name];
  return typeof value === 'string' ? value.normalize('NFC').trim().toWellFormed() : '';
}

/** What the form before this page did, by the page's address. */
export function doneOf(c: AppContext): Done | null {
  return done.find((key) => key === c.req.query('done')) ?? null;
}

/** Whether a refused form is answered by its page; programs get the error. */
export function wantsPage(c: AppContext): boolean {
  return c.req.header('accept')?.includes('text/html') ?? false;
}
