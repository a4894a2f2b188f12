// What the bundler does beyond bundling, so that the program starts fast.

/** `import a, * as b, { c, d as e } from "node:x";`, each part of it optional. */
const IMPORT = /^import (?:([\w$]+)(?:, | ))?(?:\* as ([\w$]+) )?(?:\{ ([^}]*) \} )?(?:from )?"(node:[\w/]+)";$/gm;

/** These are for few commands, and take 4 and 1 ms to load: their functions load them when they are called. */
const WHEN_CALLED = ['node:crypto', 'node:child_process'];

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
      const each = names?.split(', ').map((part) => part.split(' as ')) ?? [];
      const later = WHEN_CALLED.includes(module) && each.every(([name]) => isPlainFunction(module, name));
      const parts = each.map(([name, as = name]) => (later ? `const ${as} = (...how) => ${taken}.${name}(...how);` : `${name}: ${as}`));
      return [...wholes, ...(later || parts.length === 0 ? parts : [`const { ${parts.join(', ')} } = ${taken};`])].join(' ');
    }),
};

const isPlainFunction = (module, name) => /^[a-z]/.test(name) && typeof process.getBuiltinModule(module)[name] === 'function';

/**
 * The text of the bundle in ASCII: with one other letter in it, V8 keeps two bytes for each letter of a file as long as the program
 * runs, and reads a cached one slower.
 */
export const ascii = {
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = escaped(chunk.code, (why) => this.error(why));
  },
};

function escaped(code, fail) {
  // A raw string would hold the letters of the escape.
  if (/\braw`[^`]*[^\0-\x7f]/.test(code)) fail('a raw string is not in ASCII');
  const unit = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // A letter that has a backslash before it already means itself: that backslash becomes the one of the escape.
  return code.replace(/(\\*)([^\0-\x7f])/g, (_, before, letter) => before.slice(before.length % 2) + unit(letter));
}

/** What dependencies do at once, and we never or rarely need. `from` null: the whole file. */
const PATCHES = [
  {
    // The client never speaks HTTP/2 (`allowH2: false`), and this loads all that Node has for it: 15 ms.
    file: /undici\/lib\/dispatcher\/client-h2\.js$/,
    from: null,
    to: 'module.exports = undefined;',
  },
  {
    // Its parser is WebAssembly, which V8 compiles a second time, optimized, within the first answers: 50 ms of the processor, 10 MB
    // that it keeps, and not one answer of thousands is read faster (100 us each, either way). V8 reads this budget when a module is
    // made. What it was is set again at once: with another one V8 would refuse all code that it compiled before. It cannot be asked
    // what it was, so it is left alone but where that is known.
    file: /undici\/lib\/dispatcher\/client-h1\.js$/,
    from: "mod = new WebAssembly.Module(require('../llhttp/llhttp_simd-wasm.js'))",
    to: `const v8 = /^(?:12\\.4|13\\.6)\\./.test(process.versions.v8) ? process.getBuiltinModule('node:v8') : null
      v8?.setFlagsFromString('--wasm-tiering-budget=2000000000')
      try {
        mod = new WebAssembly.Module(require('../llhttp/llhttp_simd-wasm.js'))
      } finally {
        v8?.setFlagsFromString('--wasm-tiering-budget=13000000')
      }`,
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
    // Its WebAssembly is in the file, in base64, and it gets the bytes by `fetch` of a `data:` address: Node then loads all of its
    // own fetch, HTTP/2 and web streams, 20 ms and 6 MB. Without `fetch` it decodes them itself.
    file: /yoga-layout\/dist\/binaries\/yoga-wasm-base64-esm\.js$/,
    from: 'function ya(){return w||"function"!=typeof fetch?',
    to: 'function ya(){return true?',
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
