// Writes what the built program itself can tell of the documents: the exit codes and the list of commands in README.md, and the
// reference of all flags in docs/commands.md. `node scripts/readme.js --check` only says whether they are up to date.
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
/** A command's own flags: those of every heading, up to the ones that all commands have. */
const flagsOf = (help) => (/\nOptions:\n([\s\S]*?)\n\nGlobal Options:\n/.exec(help)?.[1] ?? '').replace(/\n? {2}-h, --help.*$/m, '');

const anchor = (path) => `docs/commands.md#skyvern-${path.replaceAll(' ', '-')}`;
const aboutOf = (help) => help.split('\n\n')[1].replace(/\s+/g, ' ').trim();

/** Every command with its help text, groups opened: `[['task run', '...'], ...]`. */
function commands() {
  const leaves = (path) => {
    const help = skyvern(...path, '--help');
    const below = commandsIn(help);
    return below.length === 0 ? [[path.join(' '), help]] : below.flatMap((name) => leaves([...path, name]));
  };
  return commandsIn(skyvern('--help')).flatMap((name) => leaves([name]));
}

/** One line a command: its first sentence. */
function overview(all) {
  const rows = all.map(([path, help]) => `| [\`${path}\`](${anchor(path)}) | ${firstSentence(aboutOf(help)).replaceAll('|', '\\|')} |`);
  return ['| command | does |', '| --- | --- |', ...rows].join('\n');
}
const firstSentence = (text) => text.split(/(?<=[.:]) (?=[A-Z])/)[0].replace(/[.:]$/, '');

function reference(all) {
  const global = `## Flags of every command\n\n\`\`\`\n${section(skyvern('--help'), 'Options')}\n\`\`\``;
  const texts = all.map(([path, help]) => {
    const usage = help.split('\n\n')[0].replace('Usage: ', '');
    const lines = [usage, section(help, 'Arguments'), flagsOf(help), section(help, 'Examples')].filter((part) => part.trim() !== '');
    return `## \`skyvern ${path}\`\n\n${aboutOf(help)}\n\n\`\`\`\n${lines.join('\n\n')}\n\`\`\``;
  });
  return `# Commands and flags\n\nGenerated from \`skyvern COMMAND --help\`.\n\n${[global, ...texts].join('\n\n')}\n`;
}

const put = (text, name, generated) =>
  text.replace(
    new RegExp(`(<!-- ${name}: generated -->\\n)[\\s\\S]*?(<!-- end -->)`),
    (_, start, end) => `${start}\n${generated}\n\n${end}`,
  );
const read = (file) => {
  try {
    return readFileSync(`${root}${file}`, 'utf8');
  } catch {
    return '';
  }
};
const all = commands();
const readme = put(put(read('README.md'), 'exit codes', exitCodes()), 'commands', overview(all));
for (const [file, text] of [
  ['README.md', readme],
  ['docs/commands.md', reference(all)],
]) {
  if (read(file) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is stale: npm run readme`);
    process.exitCode = 1;
  } else writeFileSync(`${root}${file}`, text);
}
