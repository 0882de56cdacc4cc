import {
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  parse,
  parseFragment,
  type Token,
  Tokenizer,
} from 'parse5';

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

/** A page or fragment as a browser reads it, and what is wrong with it. */
export type Html = {
  elements: Element[];
  /** Errors of the standard, tags that do not pair or nest as written, and ids that are not one word or not unique. */
  faults: string[];
};

/** Reads a whole page, or a fragment where the text does not begin with a doctype. */
export function readHtml(text: string): Html {
  const faults: string[] = [];
  const options = {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine }: { code: string; startLine: number }) =>
      faults.push(`${code} in line ${startLine}: ${text.split('\n')[startLine - 1]?.trim()}`),
  };
  const isPage = /^\s*<!doctype html>/i.test(text);
  const elements = elementsOf(isPage ? parse(text, options) : parseFragment(text, options));
  return { elements, faults: [...faults, ...nestingFaults(text, elements), ...idFaults(elements)] };
}

const voidTags: ReadonlySet<string> = new Set(
  'area br col embed hr img input link meta source wbr'.split(' '),
);

/** A browser repairs what is nested wrongly by moving it elsewhere: what was written is compared with what became of it. */
function nestingFaults(text: string, elements: readonly Element[]): string[] {
  const faults: string[] = [];
  const open: Token.TagToken[] = [];
  const writtenParents = new Map<number, number | undefined>();
  const placeOf = (tag: Token.TagToken | undefined) => tag?.location?.startOffset;
  const onStartTag = (tag: Token.TagToken) => {
    writtenParents.set(placeOf(tag) ?? -1, placeOf(open.at(-1)));
    if (!tag.selfClosing && !voidTags.has(tag.tagName)) open.push(tag);
  };
  const onEndTag = (tag: Token.TagToken) => {
    const line = tag.location?.startLine;
    const opened = open.findLastIndex(({ tagName }) => tagName === tag.tagName);
    if (opened === -1) faults.push(`</${tag.tagName}> in line ${line} has no opening tag`);
    else for (const left of open.splice(opened).slice(1)) faults.push(unclosed(left));
  };
  const ignore = () => {};
  const handler = {
    onStartTag,
    onEndTag,
    onParseError: null,
    onComment: ignore,
    onDoctype: ignore,
    onEof: ignore,
    onCharacter: ignore,
    onNullCharacter: ignore,
    onWhitespaceCharacter: ignore,
  };
  new Tokenizer({ sourceCodeLocationInfo: true }, handler).write(text, true);
  faults.push(...open.map(unclosed));
  for (const element of elements) {
    const place = element.sourceCodeLocation;
    if (place && writtenParents.get(place.startOffset) !== parentPlace(element)) {
      faults.push(`<${element.tagName}> in line ${place.startLine} does not stand where it was written`);
    }
  }
  return faults;
}

function unclosed({ tagName, location }: Token.TagToken): string {
  return `<${tagName}> in line ${location?.startLine} is not closed`;
}

/** Where the nearest written parent begins; a browser adds tbody and the like by itself. */
function parentPlace(element: Element): number | undefined {
  let parent: Node | null = element.parentNode;
  while (parent && 'parentNode' in parent && !parent.sourceCodeLocation) parent = parent.parentNode;
  return parent?.sourceCodeLocation?.startOffset;
}

function idFaults(elements: readonly Element[]): string[] {
  const ids = elements.flatMap((element) => attribute(element, 'id') ?? []);
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [
    ...[...repeated].map((id) => `the id "${id}" occurs more than once`),
    ...ids.filter((id) => !/^\S+$/.test(id)).map((id) => `the id "${id}" is empty or has white space`),
  ];
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value;
}

/** All text within an element, white space made single spaces. */
export function textOf(node: Node): string {
  return textNodes(node).join('').replace(/\s+/g, ' ').trim();
}

export function hasClass(element: Element, name: string): boolean {
  return (attribute(element, 'class') ?? '').split(/\s+/).includes(name);
}

/** Elements within a node, in the order of the text. */
export function elementsOf(node: Node): Element[] {
  const children = [
    ...('childNodes' in node ? node.childNodes : []),
    ...('content' in node ? [node.content] : []),
  ];
  return children.flatMap((child) =>
    defaultTreeAdapter.isElementNode(child) ? [child, ...elementsOf(child)] : elementsOf(child),
  );
}

function textNodes(node: Node): string[] {
  if (defaultTreeAdapter.isTextNode(node)) return [node.value];
  return 'childNodes' in node ? node.childNodes.flatMap(textNodes) : [];
}
