/** How help is laid out: a flag with a long name stands on a line of its own, so that every description has room. */
import { Help } from 'commander';

const LONGEST_TERM = 28;
const { padWidth, formatItem } = Help.prototype;

export const HELP: Partial<Help> = {
  showGlobalOptions: true,
  sortSubcommands: false,
  minWidthToWrap: 20,
  padWidth: (command, helper) => Math.min(LONGEST_TERM, padWidth.call(helper, command, helper)),
  formatItem(term, termWidth, description, helper) {
    const item = (shown: string) => formatItem.call(helper, shown, termWidth, description, helper);
    return description === '' || helper.displayWidth(term) <= termWidth ? item(term) : `  ${term}\n${item('')}`;
  },
};

/** Headings of the flags that several commands share. */
export const GROUPS = {
  main: 'Options:',
  browser: 'Browser:',
  codes: 'One-time codes and webhook:',
  local: 'Only --local:',
  once: 'Started at most once:',
  following: 'While it runs, and its verdict:',
} as const;
