// Writes the generated parts of README.md: exit codes and the command reference, from the built program itself.
// `node scripts/readme.js --check` only says whether they are up to date.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `${root}/bin/skyvern.js`;
const skyvern = (...words) => {
  const { stdout, status, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (status !== 0) throw new Error(`skyvern ${words.join(' ')}: ${stderr}`);
  return stdout;
};

const exitCodes = () => {
  const rows = JSON.parse(skyvern('exit-codes', '--json')).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return ['| code | cause |', '| --- | --- |', ...rows].join('\n');
};

/** Names below a `Commands:` heading of a help text. */
const commandsIn = (help) =>
  (/\nCommands:\n([\s\S]*?)(?:\n\n|\n?$)/.exec(help)?.[1] ?? '').match(/^ {2}([a-z-]+)/gm)?.map((name) => name.trim()) ?? [];
const section = (help, name) => new RegExp(`\\n${name}:\\n([\\s\\S]*?)(?:\\n\\n|\\n?$)`).exec(help)?.[1] ?? '';

function reference() {
  const root = skyvern('--help');
  const global = `### Flags of every command\n\n\`\`\`\n${section(root, 'Options')}\n\`\`\``;
  const leaves = (path) => {
    const help = skyvern(...path, '--help');
    const below = commandsIn(help);
    return below.length === 0 ? [[path.join(' '), help]] : below.flatMap((name) => leaves([...path, name]));
  };
  const parts = commandsIn(root).flatMap((name) => leaves([name]));
  const texts = parts.map(([path, help]) => {
    const [usage, about] = help.split('\n\n');
    const flags = section(help, 'Options').replace(/\n? {2}-h, --help.*$/m, '');
    const lines = [usage.replace('Usage: ', ''), section(help, 'Arguments'), flags, section(help, 'Examples')].filter(
      (part) => part.trim() !== '',
    );
    return `### \`skyvern ${path}\`\n\n${about.replace(/\n/g, ' ')}\n\n\`\`\`\n${lines.join('\n\n')}\n\`\`\``;
  });
  return [global, ...texts].join('\n\n');
}

const file = `${root}/README.md`;
const before = readFileSync(file, 'utf8');
const put = (text, name, generated) =>
  text.replace(
    new RegExp(`(<!-- ${name}: generated -->\\n)[\\s\\S]*?(<!-- end -->)`),
    (_, start, end) => `${start}\n${generated}\n\n${end}`,
  );
const after = put(put(before, 'exit codes', exitCodes()), 'commands', reference());
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md is stale: npm run readme');
    process.exit(1);
  }
} else writeFileSync(file, after);
