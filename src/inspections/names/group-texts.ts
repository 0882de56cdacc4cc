import { type AST, RegExpParser } from '@eslint-community/regexpp';

/** Most texts that a group is expanded to; a group that can match more is open. */
const maxTexts = 200;
/** Longest repetition that is expanded. */
const maxRepeats = 12;

/**
 * All texts, in capitals, that a named group of a JavaScript pattern can match; undefined when the group is open: it matches
 * any word (`\w+`, `[A-Z]{2,3}`) or more than two hundred.
 *
 * @throws SyntaxError for a pattern that does not compile.
 */
export function textsOfGroup(pattern: string, name: string): Set<string> | undefined {
  const group = findGroup(pattern, name);
  return group && textsOf(group.alternatives);
}

/**
 * Every number of digits that a named group can match, other characters left out; undefined when there is no limit.
 *
 * @throws SyntaxError for a pattern that does not compile.
 */
export function digitCountsOfGroup(pattern: string, name: string): Set<number> | undefined {
  const group = findGroup(pattern, name);
  return group && digitsOf(group.alternatives);
}

function findGroup(pattern: string, name: string): AST.CapturingGroup | undefined {
  const parsed = new RegExpParser().parsePattern(pattern);
  const waiting: AST.Node[] = [...parsed.alternatives];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === 'CapturingGroup' && node.name === name) return node;
    if ('alternatives' in node) waiting.push(...node.alternatives);
    if (node.type === 'Alternative') waiting.push(...node.elements);
    if (node.type === 'Quantifier') waiting.push(node.element);
  }
  return undefined;
}

/** The combinations of one value of each list, by `join`; undefined when one list is open or there are too many. */
function combine<T>(
  lists: readonly (ReadonlySet<T> | undefined)[],
  start: T,
  join: (a: T, b: T) => T,
): Set<T> | undefined {
  let combined = new Set([start]);
  for (const list of lists) {
    if (!list || combined.size * list.size > maxTexts * maxTexts) return undefined;
    combined = new Set([...combined].flatMap((a) => [...list].map((b) => join(a, b))));
    if (combined.size > maxTexts) return undefined;
  }
  return combined;
}

function unite<T>(lists: readonly (ReadonlySet<T> | undefined)[]): Set<T> | undefined {
  const united = new Set<T>();
  for (const list of lists) {
    if (!list) return undefined;
    for (const value of list) united.add(value);
  }
  return united.size > maxTexts ? undefined : united;
}

const joinTexts = (a: string, b: string) => a + b;

function textsOf(alternatives: readonly AST.Alternative[]): Set<string> | undefined {
  return unite(alternatives.map(({ elements }) => combine(elements.map(textsOfElement), '', joinTexts)));
}

function textsOfElement(element: AST.Element): Set<string> | undefined {
  switch (element.type) {
    case 'Character':
      return new Set([String.fromCodePoint(element.value).toUpperCase()]);
    case 'CharacterClass':
      return textsOfClass(element);
    case 'Group':
    case 'CapturingGroup':
      return textsOf(element.alternatives);
    case 'Assertion':
      return new Set(['']);
    case 'Quantifier':
      return repeat(element, textsOfElement(element.element), '', joinTexts);
    default:
      return undefined;
  }
}

function textsOfClass({ negate, elements }: AST.CharacterClass): Set<string> | undefined {
  if (negate) return undefined;
  const texts = new Set<string>();
  for (const element of elements) {
    if (element.type === 'Character') texts.add(String.fromCodePoint(element.value).toUpperCase());
    else if (element.type === 'CharacterClassRange' && element.max.value - element.min.value < 10) {
      for (let code = element.min.value; code <= element.max.value; code++) {
        texts.add(String.fromCodePoint(code).toUpperCase());
      }
    } else return undefined;
  }
  return texts;
}

function repeat<T>(
  { min, max }: AST.Quantifier,
  values: Set<T> | undefined,
  start: T,
  join: (a: T, b: T) => T,
): Set<T> | undefined {
  if (!values || max > maxRepeats) return undefined;
  const counts = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  return unite(counts.map((count) => combine(Array(count).fill(values), start, join)));
}

const add = (a: number, b: number) => a + b;

function digitsOf(alternatives: readonly AST.Alternative[]): Set<number> | undefined {
  return unite(alternatives.map(({ elements }) => combine(elements.map(digitsOfElement), 0, add)));
}

function digitsOfElement(element: AST.Element): Set<number> | undefined {
  switch (element.type) {
    case 'Character':
      return new Set([Number(isDigit(element.value))]);
    case 'CharacterSet':
      if (element.kind === 'digit' && !element.negate) return new Set([1]);
      return element.kind === 'digit' || element.kind === 'space' ? new Set([0]) : new Set([0, 1]);
    case 'CharacterClass':
      return digitsOfClass(element);
    case 'Group':
    case 'CapturingGroup':
      return digitsOf(element.alternatives);
    case 'Assertion':
      return new Set([0]);
    case 'Quantifier':
      return repeat(element, digitsOfElement(element.element), 0, add);
    default:
      return undefined;
  }
}

function digitsOfClass({ negate, elements }: AST.CharacterClass): Set<number> {
  if (negate) return new Set([0, 1]);
  const counts = new Set<number>();
  for (const element of elements) {
    if (element.type === 'Character') counts.add(Number(isDigit(element.value)));
    else if (element.type === 'CharacterClassRange') {
      const isWithin = isDigit(element.min.value) && isDigit(element.max.value);
      const isOutside = element.max.value < zero || element.min.value > nine;
      if (!isOutside) counts.add(1);
      if (!isWithin) counts.add(0);
    } else if (element.type === 'CharacterSet' && element.kind === 'digit' && !element.negate) counts.add(1);
    else counts.add(0).add(1);
  }
  return counts;
}

const zero = 48;
const nine = 57;

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}
