// `node --import runSources.mjs script.ts` runs our sources as they are: they import each other as .js, which they are once built.
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!specifier.endsWith('.js')) throw error;
    return next(specifier.slice(0, -3) + '.ts', context);
  }
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
