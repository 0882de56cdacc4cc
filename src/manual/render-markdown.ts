import { Marked, type Token, type Tokens } from 'marked';
import { manualHref } from './model.ts';

/** A heading of the second level and what stands below it, up to the next one. */
type RenderedSection = { anchor: string; title: string; html: string; text: string };

/** `<!-- #anchor -->` before a heading. */
const anchorMark = /^<!-- #([a-z][a-z0-9-]*) -->\s*$/;
const comment = /^<!--.*-->\s*$/;
/** A page of the manual as its file names it, so that links also lead there where the files are read as they are. */
const pageLink = /^(?:\.\.\/en\/)?([a-z-]+)\.md(?:#([a-z0-9-]+))?$/;

const markdown = new Marked({
  // An address in a text is an example.
  tokenizer: { url: () => undefined },
  renderer: {
    // Comments mark anchors and generated tables. Other HTML has no place in a page that a policy guards.
    html: ({ text }) => {
      if (comment.test(text)) return '';
      throw new Error(`HTML in the manual: ${text}`);
    },
    link({ href, tokens }) {
      return `<a href="${escapeHtml(addressOf(href))}">${this.parser.parseInline(tokens)}</a>`;
    },
    table({ header, rows }) {
      const inline = (cell: Tokens.TableCell) => this.parser.parseInline(cell.tokens);
      const align = (cell: Tokens.TableCell) => (cell.align === 'right' ? ' class="num"' : '');
      const heads = header.map((cell) => `<th scope="col"${align(cell)}>${inline(cell)}</th>`).join('');
      const lines = rows.map(([first, ...others]) => {
        const cells = others.map((cell, index) => {
          const label = escapeHtml(plainText(inline(header[index + 1]!)));
          return `<td${align(cell)} data-label="${label}">${inline(cell)}</td>`;
        });
        return `<tr><th scope="row"${align(first!)}>${inline(first!)}</th>${cells.join('')}</tr>`;
      });
      return `<table class="table stack"><thead><tr>${heads}</tr></thead><tbody>${lines.join('\n')}</tbody></table>\n`;
    },
  },
});

/**
 * A page of the manual: its title (`# …`) and its sections (`## …`, each after its mark `<!-- #anchor -->`); what stands
 * before the first is a section without title and anchor. Throws an error that names a missing title or mark, HTML, and
 * a link that leads elsewhere.
 */
export function renderMarkdown(source: string): { title: string; sections: RenderedSection[] } {
  const tokens = markdown.lexer(source);
  const [head, ...rest] = tokens;
  if (head?.type !== 'heading' || head.depth !== 1) throw new Error('The first line is no "# Title".');
  const sections: RenderedSection[] = [];
  let anchor = '';
  let title = '';
  let pending: Token[] = [];
  const close = () => {
    const html = withWholeNumbers(markdown.parser(pending));
    sections.push({ anchor, title, html, text: plainText(html) });
    pending = [];
  };
  for (const [index, token] of rest.entries()) {
    if (token.type !== 'heading' || token.depth !== 2) {
      pending.push(token);
      continue;
    }
    const mark = anchorMark.exec(rest[index - 1]?.raw ?? '');
    if (!mark) throw new Error(`No <!-- #anchor --> before "${token.text}".`);
    close();
    anchor = mark[1]!;
    title = plainText(markdown.parser([{ ...token, type: 'paragraph' }]));
  }
  close();
  return { title: plainText(markdown.parser([{ ...head, type: 'paragraph' }])), sections };
}

function addressOf(href: string): string {
  if (href.startsWith('#')) return href;
  const [, page, anchor = ''] = pageLink.exec(href) ?? [];
  if (page === undefined) throw new Error(`A link leads out of the manual: ${href}`);
  return manualHref(page, anchor);
}

const entities: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/** No line ends within 20 000 or 95 %. */
function withWholeNumbers(html: string): string {
  return html.replaceAll(/(?<=\d) (?=\d{3}(?!\d)|%)/g, '\u00a0');
}

/** The words of safe HTML, in one line. */
function plainText(html: string): string {
  return html
    .replaceAll(/<\/?(?:p|li|tr|td|th|pre|h3)\b[^>]*>/g, ' ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity]!)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
