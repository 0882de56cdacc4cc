import module from 'node:module';

const folder = '/node_modules/drizzle-orm/';

/**
 * Resolves the modules of drizzle-orm without reading their package.json. Node reads and parses that for every module of a
 * package again, and this one has 180 KB for 450 modules: 1.7 s of processor time become 0.3 s at every start, measured
 * with Node 24. All its modules lie in one package of ES modules, so that neither their place nor their kind is in doubt.
 * Does nothing where Node cannot hook the resolution.
 */
export function resolveDrizzleQuickly() {
  /** @type {Map<string, module.ResolveFnOutput>} */
  const known = new Map();
  module.registerHooks?.({
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL ?? '';
      const isInside = specifier.startsWith('.') && parent.includes(folder) && parent.endsWith('.js');
      if (isInside && specifier.endsWith('.js'))
        return { url: new URL(specifier, parent).href, format: 'module', shortCircuit: true };
      if (!/^drizzle-orm(\/|$)/.test(specifier) || parent.includes('/node_modules/'))
        return nextResolve(specifier, context);
      const resolved = known.get(specifier) ?? nextResolve(specifier, context);
      known.set(specifier, resolved);
      return { ...resolved, shortCircuit: true };
    },
  });
}
