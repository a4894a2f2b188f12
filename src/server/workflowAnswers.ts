/** What answers show of blocks and parameters beyond what requests say (seen on 1.0.56). */

/** Blocks that act on a page, with what stands in answers where others have the common value. */
export const PAGE_BLOCKS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  action: { task_type: 'action', max_steps_per_run: 1, complete_verification: false },
  extraction: { complete_verification: false, include_extracted_text: false },
  file_download: { complete_on_download: true, include_action_history_in_verification: true },
  goto_url: { engine: 'skyvern-1.0', complete_verification: false },
  human_interaction: { engine: 'skyvern-1.0' },
  login: {},
  navigation: {},
  task: {},
  validation: { task_type: 'validation', max_steps_per_run: 2 },
};

/** Answers show all of these of each such block, whether or not the request may set them. */
export const PAGE_BLOCK_ANSWER: Readonly<Record<string, unknown>> = {
  task_type: 'general',
  url: null,
  title: '',
  complete_criterion: null,
  complete_criterion_is_untrusted: false,
  terminate_criterion: null,
  navigation_goal: null,
  data_extraction_goal: null,
  data_schema: null,
  error_code_mapping: null,
  max_retries: 0,
  max_steps_per_run: null,
  complete_on_download: false,
  download_suffix: null,
  totp_verification_url: null,
  totp_identifier: null,
  complete_verification: true,
  include_action_history_in_verification: false,
  download_timeout: null,
  include_extracted_text: true,
};

/** The field and the prefix of the id of each kind of parameter; one of kind `context` has none. */
export const PARAMETER_IDS: Readonly<Record<string, readonly [field: string, prefix: string]>> = {
  workflow: ['workflow_parameter_id', 'wp'],
  credential: ['credential_parameter_id', 'cp'],
  aws_secret: ['aws_secret_parameter_id', 'asp'],
  onepassword: ['onepassword_credential_parameter_id', 'opp'],
  azure_vault_credential: ['azure_vault_credential_parameter_id', 'avp'],
  bitwarden_login_credential: ['bitwarden_login_credential_parameter_id', 'blp'],
  bitwarden_sensitive_information: ['bitwarden_sensitive_information_parameter_id', 'bsp'],
  bitwarden_credit_card_data: ['bitwarden_credit_card_data_parameter_id', 'bcp'],
};
