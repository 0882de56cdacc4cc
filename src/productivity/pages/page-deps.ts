import type { Renderer } from '../../kernel/http/render.ts';
import type { I18n } from '../../kernel/i18n/i18n.ts';
import type { Topics } from '../../kernel/stream/topics.ts';
import type { ProductivityDeps } from '../deps.ts';

/** What the pages of productivity need. */
export type ProductivityPageDeps = ProductivityDeps & { renderer: Renderer; topics: Topics; i18n: I18n };
