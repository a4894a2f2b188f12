// `node --import unredacted.mjs ...`: our sources with the masking of secrets taken out, to see that its tests would notice.
import { registerHooks } from 'node:module';

const MASKING = {
  redactor: '() => (text) => text',
  hookRedactor: '() => (text) => text',
  maskSecrets: '(value) => value',
  maskText: '(text) => text',
  redactTexts: '(value) => value',
};

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/src/client/redact.ts')) return loaded;
    let source = Buffer.from(loaded.source).toString();
    for (const [name, nothing] of Object.entries(MASKING)) {
      const found = new RegExp(`export (?:function|const) ${name}\\b`);
      if (!found.test(source)) throw new Error(`redact.ts has no ${name}`);
      source = `${source.replace(found, (text) => text.replace('export ', '').replace(name, `${name}Left`))}\nexport const ${name} = ${nothing};`;
    }
    return { ...loaded, source };
  },
});
