/** Loaded before every test file: each is a process of its own and starts like the product. */
import { resolveDrizzleQuickly } from '../start-modules.js';

resolveDrizzleQuickly();
