// What the bundler does beyond bundling, so that the program starts fast.

/** `import a, * as b, { c, d as e } from "node:x";`, each part of it optional. */
const IMPORT = /^import (?:([\w$]+)(?:, | ))?(?:\* as ([\w$]+) )?(?:\{ ([^}]*) \} )?(?:from )?"(node:[\w/]+)";$/gm;

/**
 * Node's own modules are taken by `process.getBuiltinModule()`, not by `import`.
 *
 * An import reads every export, those too that Node loads only when they are asked for: `node:http` brings all of Node's `fetch`
 * with it that way (17 ms), `node:fs` its promises (3 ms).
 */
export const lazyBuiltins = {
  name: 'lazy-builtins',
  renderChunk: (code) =>
    code.replace(IMPORT, (_, byDefault, namespace, names, module) => {
      const taken = `globalThis.process.getBuiltinModule("${module}")`;
      const wholes = [byDefault, namespace].filter(Boolean).map((name) => `const ${name} = ${taken};`);
      return [...wholes, ...(names ? [`const { ${names.replaceAll(' as ', ': ')} } = ${taken};`] : [])].join(' ');
    }),
};

/** What dependencies do at once, and we never or rarely need. `from` null: the whole file. */
const PATCHES = [
  {
    // The client never speaks HTTP/2 (`allowH2: false`), and this loads all that Node has for it: 15 ms.
    file: /undici\/lib\/dispatcher\/client-h2\.js$/,
    from: null,
    to: 'module.exports = undefined;',
  },
  {
    // It starts programs (5 ms to load), for commands that are programs of their own; we have none.
    file: /commander\/lib\/command\.js$/,
    from: "import childProcess from 'node:child_process';",
    to: "const childProcess = { spawn: (...how) => process.getBuiltinModule('node:child_process').spawn(...how) };",
  },
  {
    // A list of all sequences of emoji, made ready when first used: 10 ms. Nothing on the list is without one of these. Older versions,
    // which others bring, have no such list.
    file: /string-width\/index\.js$/,
    only: '\\p{RGI_Emoji}$',
    from: 'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    to: 'const rgiEmojiRegex = { test: (text) => /[\\p{Emoji_Presentation}\\uFE0F]/u.test(text) && /^\\p{RGI_Emoji}$/v.test(text) };',
  },
  {
    // It makes a global by assigning to it, which a module may not.
    file: /sixel\/upng\.js$/,
    from: 'module.exports = UPNG = {};',
    to: 'const UPNG = {}; module.exports = UPNG;',
  },
];

/** Fails where a dependency has changed, so that a patch is never lost unseen. */
export const patches = {
  name: 'patches',
  transform(code, id) {
    const patch = PATCHES.find(({ file }) => file.test(id.replaceAll('\\', '/')));
    if (!patch || (patch.only && !code.includes(patch.only))) return null;
    if (patch.from === null) return patch.to;
    if (!code.includes(patch.from)) this.error(`${id} no longer holds ${patch.from}`);
    return code.replace(patch.from, () => patch.to);
  },
};
