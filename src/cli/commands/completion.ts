/** `skyvern completion SHELL`: a script for the shell, which asks this same command for each word that is typed. */
import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import { asLines, completions } from '../completions.js';
import type { CliContext } from '../context.js';
import { write } from '../output.js';

interface Flags {
  /** The word at the cursor, as far as it is typed. Only the scripts give it. */
  readonly for?: string;
}

const SHELLS = ['bash', 'zsh', 'fish', 'pwsh'] as const;
type Shell = (typeof SHELLS)[number];

export function define(command: Command, ctx: CliContext, handler = completion): void {
  command
    .argument('[shell...]', SHELLS.join(', '))
    .description('Print a script that completes commands, flags, their values, and the ids of recent runs. It asks no server.')
    .addOption(new Option('--for <word>').hideHelp())
    .addHelpText(
      'after',
      '\nExamples:\n  $ eval "$(skyvern completion bash)"           # in ~/.bashrc\n  $ eval "$(skyvern completion zsh)"            # in ~/.zshrc\n  $ skyvern completion fish > ~/.config/fish/completions/skyvern.fish\n  $ skyvern completion pwsh | Out-String | Invoke-Expression   # in $PROFILE',
    )
    .action((words: string[], flags: Flags) => handler(ctx, words, flags));
}

export async function completion(ctx: CliContext, words: readonly string[], { for: word }: Flags): Promise<void> {
  if (word !== undefined) return write(ctx.io.stdout, asLines(await completions(ctx, words, word)));
  const [shell, ...more] = words;
  if (shell === undefined || more.length > 0 || !isShell(shell)) {
    throw new UsageError(shell === undefined ? 'for which shell?' : `${JSON.stringify(words.join(' '))} is no shell that is known here`, {
      hint: `give one of ${SHELLS.join(', ')}`,
    });
  }
  await write(ctx.io.stdout, SCRIPTS[shell]);
}

const isShell = (text: string): text is Shell => (SHELLS as readonly string[]).includes(text);

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_skyvern() {
  local IFS=$'\\n'
  COMPREPLY=($(skyvern completion --for="\${COMP_WORDS[COMP_CWORD]}" -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null | cut -f1))
}
complete -o default -F _skyvern skyvern
`,
  zsh: `#compdef skyvern
_skyvern() {
  local -a lines
  lines=("\${(@f)$(skyvern completion --for="\${words[CURRENT]}" -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)}")
  lines=("\${(@)lines//:/\\\\:}")
  lines=("\${(@)lines/$'\\t'/:}")
  if [[ -n "\${lines[1]}" ]]; then _describe 'completions' lines; else _files; fi
}
compdef _skyvern skyvern
`,
  fish: `complete -c skyvern -f
complete -c skyvern -a '(skyvern completion --for=(commandline -ct) -- (commandline -opc)[2..-1] 2>/dev/null)'
complete -c skyvern -n 'string match -qr "^[@./~]" -- (commandline -ct)' -F
`,
  pwsh: `Register-ArgumentCompleter -Native -CommandName skyvern -ScriptBlock {
  param($word, $line, $cursor)
  $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -ne '' -and $words.Count -gt 0) { $words = @($words | Select-Object -SkipLast 1) }
  skyvern completion "--for=$word" -- @words 2>$null | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`,
};
