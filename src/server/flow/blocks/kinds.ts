/** Every kind of block that is run here, by its type. What is not in the table is refused by name. */
import { FILE_PARSER, PDF_PARSER } from './fileParser.js';
import { GOALS } from './goal.js';
import { HTTP_REQUEST } from './httpRequest.js';
import { HUMAN } from './human.js';
import type { BlockKind } from './kind.js';
import { PRINT_PAGE } from './printPage.js';
import { TERMINATE } from './terminate.js';
import { TEXT_PROMPT } from './textPrompt.js';
import { WORKFLOW_TRIGGER } from './trigger.js';
import { WAIT } from './wait.js';

export const KINDS: Readonly<Record<string, BlockKind>> = {
  ...GOALS,
  print_page: PRINT_PAGE,
  text_prompt: TEXT_PROMPT,
  http_request: HTTP_REQUEST,
  file_url_parser: FILE_PARSER,
  pdf_parser: PDF_PARSER,
  wait: WAIT,
  workflow_trigger: WORKFLOW_TRIGGER,
  human_interaction: HUMAN,
  terminate: TERMINATE,
  conditional: {},
  while_loop: {},
  for_loop: { unhonoured: ['data_schema'] },
};

/** Its actions are on pages. */
export const isOnPage = (type: string): boolean => Object.hasOwn(GOALS, type);
