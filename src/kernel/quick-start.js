/*
 * Imported before everything else where the program starts, by each of its threads and before every test file: makes
 * loading the modules cheap. Does nothing where Node cannot.
 */
import module from 'node:module';

// Types are stripped and code is compiled once, not at every start: measured 0.6 s instead of 1.2 s and 40 MB less.
module.enableCompileCache?.();
resolveQuickly();

/**
 * Resolves modules whose place and kind are not in doubt without asking the disk.
 *
 * Those of the product itself, half of all: Node asks for each twice where it really lies and of which kind its package
 * is, 0.13 of 0.72 s of processor time at every start.
 *
 * Those of drizzle-orm, without reading their package.json. Node reads and parses that for every module of a
 * package again, and this one has 180 KB for 450 modules: 1.7 s of processor time become 0.3 s at every start, measured
 * with Node 24. All its modules lie in one package of ES modules. So do those of zod and hono.
 */
function resolveQuickly() {
  const product = new URL('..', import.meta.url).href;
  const ofOnePackage = /\/node_modules\/(?:drizzle-orm|zod|hono\/dist(?!\/cjs\/))\/.*\.js$/;
  /** @type {Map<string, module.ResolveFnOutput>} */
  const known = new Map();
  module.registerHooks?.({
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL ?? '';
      if (specifier.startsWith('.')) {
        if (specifier.endsWith('.ts') && parent.startsWith(product))
          return { url: new URL(specifier, parent).href, format: 'module-typescript', shortCircuit: true };
        if (specifier.endsWith('.js') && ofOnePackage.test(parent))
          return { url: new URL(specifier, parent).href, format: 'module', shortCircuit: true };
      }
      if (!/^drizzle-orm(\/|$)/.test(specifier) || parent.includes('/node_modules/'))
        return nextResolve(specifier, context);
      const resolved = known.get(specifier) ?? nextResolve(specifier, context);
      known.set(specifier, resolved);
      return { ...resolved, shortCircuit: true };
    },
  });
}
