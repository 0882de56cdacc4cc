import { attribute, type Element, elementsOf, readHtml, textOf } from './html.ts';

/** A form a reader can send, with the values it has when nothing is touched. */
export type FoundForm = {
  method: 'get' | 'post';
  action: string;
  fields: [string, string][];
  /** The same with one other choice made: another option, radio button or submit button. */
  others: [string, string][][];
  page: string;
};

/** One answer of the crawl. `html` is set for pages and fragments, with what is wrong with it. */
export type Visit = { url: string; from: string; response: Response; html?: string; faults: string[] };

export type Crawl = { visits: Visit[]; postForms: FoundForm[]; external: string[]; deadAnchors: string[] };

/** More addresses than this in a small plant mean that links never end. */
const maxVisits = 3_400;

/** Follows every address in the HTML of every page, beginning at `starts`; forms that are sent by GET as well. */
export async function crawl(
  ask: (url: string) => Promise<Response>,
  starts: readonly string[],
): Promise<Crawl> {
  const found: Crawl = { visits: [], postForms: [], external: [], deadAnchors: [] };
  const queue = starts.map((url) => ({ url, from: '' }));
  const seen = new Set(starts);
  const anchors: { url: string; id: string; from: string }[] = [];
  const idsByUrl = new Map<string, Set<string>>();
  const enqueue = (address: string, from: string) => {
    const url = new URL(address, `http://plant.local${from}`);
    if (url.origin !== 'http://plant.local') {
      found.external.push(`${address} on ${from}`);
      return;
    }
    const target = url.pathname + url.search;
    if (url.hash !== '') anchors.push({ url: target, id: decodeURIComponent(url.hash.slice(1)), from });
    if (seen.has(target)) return;
    seen.add(target);
    queue.push({ url: target, from });
  };
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (found.visits.length >= maxVisits)
      throw new Error(`More than ${maxVisits} addresses, now at ${next.url}`);
    const response = await ask(next.url);
    const type = response.headers.get('content-type') ?? '';
    const visit: Visit = { ...next, response, faults: [] };
    found.visits.push(visit);
    if (!/^(?:text\/html|image\/svg)/.test(type)) continue;
    const text = await response.text();
    const { elements, faults } = readHtml(text);
    idsByUrl.set(next.url, new Set(elements.flatMap((element) => attribute(element, 'id') ?? [])));
    if (!type.startsWith('text/html')) continue;
    visit.html = text;
    visit.faults = faults;
    for (const address of addressesOf(elements)) enqueue(address, next.url);
    for (const form of formsOf(elements, next.url)) {
      if (form.method === 'post') found.postForms.push(form);
      else for (const fields of choicesOf(form)) enqueue(sentAddress(form, fields), next.url);
    }
  }
  for (const { url, id, from } of anchors) {
    if (idsByUrl.get(url)?.has(id) === false) found.deadAnchors.push(`${url}#${id} on ${from}`);
  }
  return found;
}

/** What a reader sends: the form as it stands, and from a page without a query also with each single choice changed. */
function choicesOf({ fields, others, page }: FoundForm): [string, string][][] {
  return page.includes('?') ? [fields] : [fields, ...others];
}

function sentAddress({ action }: FoundForm, fields: [string, string][]): string {
  const [path = '', hash] = action.split('#');
  return `${path.split('?')[0]}?${new URLSearchParams(fields)}${hash === undefined ? '' : `#${hash}`}`;
}

/** Everything a browser or the live scripts would ask for; a stream stands for its topics. */
function addressesOf(elements: readonly Element[]): string[] {
  return elements.filter(isFollowed).flatMap(({ attrs }) =>
    attrs.flatMap(({ name, value }) => {
      if (name === 'href' || name === 'src') return [value];
      if (name !== 'hx-sse:connect') return [];
      const query = new URL(value, 'http://plant.local').searchParams;
      return [...query.getAll('topics'), value.replace('/stream?', '/stream/snapshot?')];
    }),
  );
}

/** Steps through time never end, nor do those among the images of every list. */
function isFollowed(element: Element): boolean {
  return !/\bnofollow\b/.test(attribute(element, 'rel') ?? '');
}

function formsOf(elements: readonly Element[], page: string): FoundForm[] {
  return elements
    .filter(({ tagName }) => tagName === 'form')
    .map((form) => {
      const controls = elementsOf(form).flatMap((element) => controlOf(element) ?? []);
      const fields = controls.filter(({ isChosen }) => isChosen).map(({ name, value }) => [name, value]);
      return {
        method: attribute(form, 'method') === 'post' ? 'post' : 'get',
        action: attribute(form, 'action') ?? page,
        fields: fields as [string, string][],
        others: controls
          .filter(({ isChosen }) => !isChosen)
          .map(({ name, value }) => [...fields.filter((field) => field[0] !== name), [name, value]]) as [
          string,
          string,
        ][][],
        page,
      };
    });
}

/** One value a reader can send: of an input, a radio button or an option. */
type Control = { name: string; value: string; isChosen: boolean };

function controlOf(element: Element): Control | undefined {
  const { tagName } = element;
  if (tagName === 'option') {
    const select = element.parentNode as Element;
    const isChosen = attribute(element, 'selected') !== undefined;
    const value = attribute(element, 'value') ?? textOf(element);
    return { name: attribute(select, 'name') ?? '', value, isChosen };
  }
  const name = attribute(element, 'name');
  const type = attribute(element, 'type') ?? (tagName === 'button' ? 'submit' : 'text');
  if (name === undefined || (tagName !== 'input' && tagName !== 'button')) return undefined;
  const isChosen =
    type === 'radio' || type === 'checkbox' ? attribute(element, 'checked') !== undefined : type !== 'submit';
  return { name, value: attribute(element, 'value') ?? '', isChosen };
}
