/**
 * What a workflow definition may hold: the fields of the body, of each kind of block and of each kind of parameter, with the
 * values that stand for those left out (reference: Skyvern API, workflow definition). A test holds them against the OpenAPI
 * document of 1.0.56.
 *
 * Written `name`, `name*` (required), `name:type`, `name:type=JSON` (default). Types: text when none is given, `text(a|b)` one of
 * these, `list(text)` and `object(text)` of texts, `int[1..5]` within bounds, `tree` an object, a list or a text. A field without
 * a default may be null, and so may one with `?`.
 */
export type FieldType = 'text' | 'int' | 'number' | 'bool' | 'object' | 'list' | 'tree' | 'any';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly nullable: boolean;
  /** Null: none. */
  readonly fallback: unknown;
  /** The only values of a text. */
  readonly choices?: readonly string[];
  /** Items of a list, or values of an object, are texts. */
  readonly ofTexts?: true;
  readonly bounds?: readonly [least: number, most: number];
}

function fields(text: string, sentences: Readonly<Record<string, string>> = {}): readonly Field[] {
  const named = text
    .trim()
    .split(/\s+/)
    .map((word): Field => {
      const [, name, sign, type = 'text', inner, least, most, fallback] =
        /^(\w+)([*?]?)(?::(\w+)(?:\(([^)]*)\))?(?:\[(\d+)\.\.(\d+)\])?)?(?:=(.+))?$/.exec(word)!;
      return {
        name: name!,
        type: type as FieldType,
        required: sign === '*',
        nullable: sign === '?' || (sign === '' && fallback === undefined),
        fallback: fallback === undefined ? null : JSON.parse(fallback),
        ...(inner === 'text' ? { ofTexts: true } : inner !== undefined && { choices: inner.split('|') }),
        ...(least !== undefined && { bounds: [Number(least), Number(most)] }),
      };
    });
  return [
    ...named,
    ...Object.entries(sentences).map(([name, fallback]): Field => ({ name, type: 'text', required: false, nullable: false, fallback })),
  ];
}

export const WORKFLOW_PARAMETER_TYPES = ['string', 'integer', 'float', 'boolean', 'json', 'file_url', 'credential_id'] as const;
export type WorkflowParameterType = (typeof WORKFLOW_PARAMETER_TYPES)[number];
export const WORKFLOW_STATUSES = ['published', 'draft', 'auto_generated', 'importing', 'import_failed'] as const;

export const WORKFLOW_FIELDS = fields(`
  title* description proxy_location:any webhook_callback_url totp_verification_url totp_identifier
  persist_browser_session:bool=false reuse_browser_session:bool=false mask_secrets:bool pin_saved_session_ip:bool=false
  browser_profile_id browser_profile_key model:object workflow_definition*:object is_saved_task:bool=false
  max_screenshot_scrolls:int max_elapsed_time_minutes:int[1..480] extra_http_headers:object(text) cdp_connect_headers:object(text)
  status:text(${WORKFLOW_STATUSES.join('|')})="published" run_with="agent" browser_type ai_fallback:bool=true cache_key?="default"
  adaptive_caching:bool=false enable_self_healing:bool code_version:int[1..2] generate_script_on_terminal:bool=false
  run_sequentially:bool=false sequential_key folder_id recording_id`);

/** Where a browser can seem to be; an object (country, subdivision, city) names a place of its own. */
export const PROXY_LOCATIONS: readonly string[] =
  `RESIDENTIAL US-CA US-NY US-TX US-FL US-WA RESIDENTIAL_ES RESIDENTIAL_IE RESIDENTIAL_GB RESIDENTIAL_IN RESIDENTIAL_JP
  RESIDENTIAL_FR RESIDENTIAL_DE RESIDENTIAL_NZ RESIDENTIAL_ZA RESIDENTIAL_AR RESIDENTIAL_AU RESIDENTIAL_BR RESIDENTIAL_TR
  RESIDENTIAL_CA RESIDENTIAL_MX RESIDENTIAL_IT RESIDENTIAL_NL RESIDENTIAL_PH RESIDENTIAL_KR RESIDENTIAL_SA RESIDENTIAL_ISP
  NONE`.split(/\s+/);
export const BROWSER_TYPES: readonly string[] = ['msedge', 'chrome', 'stealth-chromium'];

/** What an update does not change when it leaves the field out (seen on 1.0.56; the reference names fewer). */
export const KEPT_ON_UPDATE: readonly string[] = [
  'proxy_location',
  'webhook_callback_url',
  'totp_verification_url',
  'totp_identifier',
  'extra_http_headers',
  'cdp_connect_headers',
  'max_elapsed_time_minutes',
  'pin_saved_session_ip',
  'mask_secrets',
  'enable_self_healing',
  'code_version',
  'folder_id',
];
/** Of these, what null does not change either. */
export const KEPT_WHEN_NULL: readonly string[] = ['mask_secrets', 'enable_self_healing', 'code_version', 'folder_id'];
/** The same of the fields of `workflow_definition`. */
export const KEPT_OF_DEFINITION: readonly string[] = ['browser_settings'];

export const DEFINITION_FIELDS = fields(`
  version:int parameters*:list blocks*:list finally_block_label error_code_mapping:object(text) retry_policy:object
  workflow_system_prompt completion_contract:object browser_settings:object`);

export const COMMON_BLOCK_FIELDS = fields(`
  label* next_block_label continue_on_failure:bool=false model:object ignore_workflow_system_prompt:bool=false
  next_loop_on_failure:bool=false`);

const KEYS = 'parameter_keys:list(text)';
const ENGINE = `engine:text(skyvern-1.0|skyvern-2.0|skyvern-3.0|openai-cua|anthropic-cua|ui-tars|yutori-navigator)
  engine_pinned:bool=false`;
const TASK = `${ENGINE} ${KEYS} url title="" max_retries:int=0 max_steps_per_run:int disable_cache:bool=false`;
const CODES = 'error_code_mapping:object(text)';
const TOTP = 'totp_verification_url totp_identifier';
const CRITERIA = `complete_criterion terminate_criterion complete_verification:bool=true
  include_action_history_in_verification:bool=false`;
const DOWNLOAD = 'complete_on_download:bool=false download_suffix';
const STORAGE = `s3_bucket aws_access_key_id aws_secret_access_key region_name endpoint_url azure_storage_account_name
  azure_storage_account_key azure_blob_container_name google_credential_id google_drive_folder_id sftp_host sftp_port:int
  sftp_username sftp_password sftp_private_key sftp_private_key_passphrase sftp_remote_path sftp_host_key path prompt`;
const SHEET = `spreadsheet_url* sheet_name range credential_id ${KEYS}`;
const BODY_FORMAT = 'body_format:text(text|html)="text"';

/** Own fields by kind of block. */
export const BLOCK_FIELDS: Readonly<Record<string, readonly Field[]>> = {
  action: fields(`${TASK} ${CODES} ${TOTP} ${DOWNLOAD} navigation_goal selector ai_fallback:text(fallback|proactive)="fallback"`),
  code: fields(`code* ${CODES} ${KEYS} prompt steps:list data_schema:tree user_owned_goal:bool goal_needs_regeneration:bool
    code_edited_by_hand:bool`),
  conditional: fields('branch_conditions:list=[]'),
  data_export: fields(`data* data_schema*:object file_name ${KEYS}`),
  download_to_s3: fields('url*'),
  email_inbox: fields(`email_client*:text(gmail|outlook) credential_id folder prompt sender subject newer_than_days:int
    max_results:int=25 include_body:bool=true download_attachments:bool=false ${KEYS}`),
  extraction: fields(`${TASK} data_extraction_goal* data_schema:tree export_enabled:bool=false export_data_schema:object
    export_file_name export_records`),
  file_download: fields(`${TASK} ${CODES} ${TOTP} ${STORAGE} navigation_goal*
    download_target:text(website|s3|azure|google_drive|sftp)="website" download_suffix continue_on_empty:bool=false
    download_timeout:number`),
  file_upload: fields(`${STORAGE} storage_type:text(s3|azure|google_drive|sftp)="s3" azure_folder_path`),
  file_url_parser: fields(`file_url* file_type:text(auto_detect|csv|excel|pdf|image|docx|zip)="auto_detect" json_schema:object
    worksheet force_ocr:bool=false`),
  for_loop: fields('loop_blocks*:list loop_over_parameter_key="" loop_variable_reference complete_if_empty:bool=false data_schema:tree'),
  google_sheets_read: fields(`${SHEET} has_header_row:bool=true`),
  google_sheets_write: fields(`${SHEET} write_mode:text(append|update)="append" values="" column_mapping:object(text)
    create_sheet_if_missing:bool=false`),
  goto_url: fields('url*'),
  http_request: fields(`method="GET" url headers:object(text) body:object files:object(text) timeout:int=30
    follow_redirects:bool=true download_filename save_response_as_file:bool=false secret_response_paths:list(text) ${KEYS}`),
  human_interaction: fields(
    `recipients*:list(text) timeout_seconds:int=7200 positive_descriptor="Approve" negative_descriptor="Reject"
    sender="hello@skyvern.com" ${BODY_FORMAT}`,
    {
      instructions: 'Please review and approve or reject to continue the workflow.',
      subject: 'Human interaction required for workflow run',
      body: 'Your interaction is required for a workflow run!',
    },
  ),
  login: fields(`${TASK} ${CODES} ${TOTP} ${CRITERIA} navigation_goal skip_saved_profile:bool=false`),
  navigation: fields(`${TASK} ${CODES} ${TOTP} ${CRITERIA} ${DOWNLOAD} navigation_goal* complete_criterion_is_untrusted:bool=false`),
  pdf_fill: fields(`file_url* prompt* payload:tree llm_key ${KEYS}`),
  pdf_parser: fields('file_url* json_schema:object'),
  print_page: fields(`include_timestamp:bool=true custom_filename format:text(A4|Letter|Legal|Tabloid)="A4" landscape:bool=false
    print_background:bool=true ${KEYS}`),
  send_email: fields(`smtp_host_secret_parameter_key smtp_port_secret_parameter_key smtp_username_secret_parameter_key
    smtp_password_secret_parameter_key custom_smtp_host custom_smtp_port:int[1..65535] custom_smtp_username custom_smtp_password
    sender="" recipients*:list(text) subject* body* ${BODY_FORMAT} file_attachments:list(text) transport:text(smtp|gmail)
    credential_id cc:list(text)=[] bcc:list(text)=[]`),
  split_pdf: fields(`file_url* prompt* llm_key ${KEYS}`),
  task: fields(`${TASK} ${CODES} ${TOTP} ${CRITERIA} ${DOWNLOAD} navigation_goal data_extraction_goal data_schema:tree`),
  task_v2: fields(`prompt* url ${TOTP} max_iterations:int=50 max_steps:int=25 disable_cache:bool=false`),
  terminate: fields('reason* error_code'),
  text_prompt: fields(`llm_key prompt* json_schema:object ${KEYS}`),
  upload_to_s3: fields('path'),
  validation: fields(`${ENGINE} ${CODES} ${KEYS} complete_criterion terminate_criterion max_steps_per_run:int
    disable_cache:bool=false without_page_information:bool=false`),
  wait: fields('wait_sec:int=0'),
  web_search: fields(`query* provider:text(auto|google|exa)="auto" num_results:int[1..100]=10 no_results_error_code
    no_match_error_code ${CODES} prompt json_schema:object ${KEYS}`),
  while_loop: fields('loop_blocks*:list condition*:object'),
  workflow_trigger: fields(`workflow_permanent_id* payload:object wait_for_completion:bool=true browser_session_id
    use_parent_browser_session:bool=false ${KEYS}`),
};

export const BRANCH_FIELDS = fields('criteria:object next_block_label description is_default:bool=false');
export const CRITERIA_FIELDS = fields('criteria_type:text(jinja2_template|prompt)="jinja2_template" expression* description');
export const RETRY_FIELDS = fields(`max_retries:int[1..5]=1 delay_seconds:int[0..3600]=0
  webhook_on_retry:text(final_only|every_attempt)="final_only" retry_on*:list`);
export const RETRY_RULE_FIELDS = fields('status*:text(completed|failed|terminated|canceled|timed_out) error_codes:list(text)');

const BITWARDEN = `bitwarden_client_id_aws_secret_key* bitwarden_client_secret_aws_secret_key*
  bitwarden_master_password_aws_secret_key*`;

export const COMMON_PARAMETER_FIELDS = fields('key* description');

/** Own fields by kind of parameter. Those of kind `output` the server makes. */
export const PARAMETER_FIELDS: Readonly<Record<string, readonly Field[]>> = {
  output: [],
  workflow: fields(`workflow_parameter_type*:text(${WORKFLOW_PARAMETER_TYPES.join('|')}) default_value:any`),
  context: fields('source_parameter_key*'),
  credential: fields('credential_id* credential_ids:list(text) selection_strategy fallback_credential_ids:list(text) fallback_trigger'),
  aws_secret: fields('aws_key*'),
  onepassword: fields('vault_id* item_id* totp_field_name totp_identifier'),
  azure_vault_credential: fields('vault_name* username_key* password_key* totp_secret_key'),
  bitwarden_login_credential: fields(`${BITWARDEN} url_parameter_key bitwarden_collection_id bitwarden_item_id totp_identifier`),
  bitwarden_sensitive_information: fields(`${BITWARDEN} bitwarden_collection_id* bitwarden_identity_key*
    bitwarden_identity_fields*:list(text)`),
  bitwarden_credit_card_data: fields(`${BITWARDEN} bitwarden_collection_id* bitwarden_item_id*`),
};

/** Names that templates know without a definition; no parameter may have them. */
export const RESERVED_KEYS: readonly string[] = [
  'current_item',
  'current_value',
  'current_index',
  'current_date',
  'workflow_title',
  'workflow_id',
  'workflow_permanent_id',
  'workflow_run_id',
  'workflow_run_outputs',
  'workflow_run_summary',
];
/** Labels and keys are Python names: templates use them as they are. */
export const IDENTIFIER: RegExp = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
