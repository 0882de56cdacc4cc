import { settings } from './settings.ts';

const names: readonly string[] = settings.map((setting) => setting.env);

/** One warning for each of `unknown` that resembles a setting; `where` names its source. */
export function findMisspelt(unknown: readonly string[], where: string): string[] {
  return unknown.flatMap((name) => {
    const meant = names.includes(name) ? undefined : names.find((known) => resembles(name, known));
    return meant === undefined ? [] : [`${name} in ${where} is no setting; is ${meant} meant?`];
  });
}

/** Equal apart from case and underscores, or within one or two typing errors; only one for short names, which resemble others too easily. */
function resembles(name: string, known: string): boolean {
  const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (plain(name) === plain(known)) return true;
  const maxErrors = known.length < 8 ? 1 : 2;
  if (known.length < 5 || Math.abs(name.length - known.length) > maxErrors) return false;
  return editDistance(name, known) <= maxErrors;
}

/** Optimal string alignment distance: letters added, dropped, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : replaced;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
