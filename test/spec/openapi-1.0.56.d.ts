// Made by `npm run wire-types` of openapi-1.0.56.json (sha256 8db7f971685575bdfecf4415cc30f2cea1557166344d77ebace93fdd3ca1f2c5).
export interface Schemas {
  AIFallbackMode: "fallback" | "proactive";
  AWSSecretParameter: {
    parameter_type: "aws_secret";
    key: string;
    description?: string | null;
    aws_secret_parameter_id: string;
    workflow_id: string;
    aws_key: string;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  AWSSecretParameterYAML: {
    parameter_type: "aws_secret";
    key: string;
    description?: string | null;
    aws_key: string;
  };
  ActAction: {
    type: "ai_act";
    intention?: string;
    data?: string | {
      [key: string]: unknown;
    } | null;
  };
  Action: {
    action_type: Schemas["ActionType"];
    status?: Schemas["ActionStatus"];
    action_id?: string | null;
    source_action_id?: string | null;
    organization_id?: string | null;
    workflow_run_id?: string | null;
    task_id?: string | null;
    step_id?: string | null;
    step_order?: number | null;
    action_order?: number | null;
    confidence_float?: number | null;
    description?: string | null;
    reasoning?: string | null;
    intention?: string | null;
    response?: string | null;
    element_id?: string | null;
    skyvern_element_hash?: string | null;
    skyvern_element_data?: {
      [key: string]: unknown;
    } | null;
    screenshot_artifact_id?: string | null;
    tool_call_id?: string | null;
    xpath?: string | null;
    errors?: Schemas["UserDefinedError"][] | null;
    terminal_user_errors?: boolean;
    data_extraction_goal?: string | null;
    output?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    file_name?: string | null;
    file_url?: string | null;
    download?: boolean | null;
    download_triggered?: boolean | null;
    downloaded_files?: string[] | null;
    is_upload_file_tag?: boolean | null;
    text?: string | null;
    input_or_select_context?: Schemas["InputOrSelectContext"] | null;
    option?: Schemas["SelectOption"] | null;
    is_checked?: boolean | null;
    verified?: boolean;
    click_context?: Schemas["ClickContext"] | null;
    totp_timing_info?: {
      [key: string]: unknown;
    } | null;
    has_mini_agent?: boolean | null;
    skip_auto_complete_tab?: boolean;
    started_at?: string | null;
    finished_at?: string | null;
    created_at?: string | null;
    modified_at?: string | null;
    created_by?: string | null;
  };
  ActionBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "action";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
    selector?: string | null;
    ai_fallback?: Schemas["AIFallbackMode"];
  };
  ActionBlockYAML: {
    block_type: "action";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    navigation_goal?: string | null;
    selector?: string | null;
    ai_fallback?: Schemas["AIFallbackMode"];
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    disable_cache?: boolean;
  };
  ActionStatus: "pending" | "skipped" | "failed" | "completed";
  ActionType: "click" | "input_text" | "paste_text" | "upload_file" | "download_file" | "select_option" | "checkbox" | "wait" | "hover" | "null_action" | "solve_captcha" | "terminate" | "complete" | "reload_page" | "close_page" | "new_tab" | "switch_tab" | "extract" | "verification_code" | "goto_url" | "go_back" | "go_forward" | "scroll" | "keypress" | "move" | "drag" | "left_mouse" | "execute_js";
  Artifact: {
    created_at: string;
    modified_at: string;
    artifact_id: string;
    artifact_type: Schemas["ArtifactType"];
    uri: string;
    bundle_key?: string | null;
    checksum?: string | null;
    file_size?: number | null;
    task_id?: string | null;
    step_id?: string | null;
    workflow_run_id?: string | null;
    workflow_run_block_id?: string | null;
    run_id?: string | null;
    browser_session_id?: string | null;
    observer_cruise_id?: string | null;
    observer_thought_id?: string | null;
    ai_suggestion_id?: string | null;
    signed_url?: string | null;
    archived?: boolean;
    organization_id: string;
  };
  ArtifactType: "recording" | "audio" | "session_replay" | "eval_score" | "eval_trajectory" | "eval_rubrics" | "browser_console_log" | "browser_session_action_log" | "skyvern_log" | "skyvern_log_raw" | "screenshot" | "screenshot_llm" | "screenshot_action" | "screenshot_final" | "screenshot_proxy" | "screenshot_pre_submit" | "llm_prompt" | "llm_request" | "llm_response" | "llm_response_parsed" | "llm_response_rendered" | "visible_elements_id_css_map" | "visible_elements_id_frame_map" | "visible_elements_tree" | "visible_elements_tree_trimmed" | "visible_elements_tree_in_prompt" | "hashed_href_map" | "visible_elements_id_xpath_map" | "html" | "html_scrape" | "html_action" | "html_pre_submit" | "trace" | "har" | "script_file" | "pdf" | "step_archive" | "task_archive" | "download" | "unknown";
  AzureSecretParameter: {
    parameter_type: "azure_secret";
    key: string;
    description?: string | null;
    azure_secret_parameter_id: string;
    workflow_id: string;
    azure_key: string;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  AzureVaultCredentialParameter: {
    parameter_type: "azure_vault_credential";
    key: string;
    description?: string | null;
    azure_vault_credential_parameter_id: string;
    workflow_id: string;
    vault_name: string;
    username_key: string;
    password_key: string;
    totp_secret_key?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  AzureVaultCredentialParameterYAML: {
    parameter_type: "azure_vault_credential";
    key: string;
    description?: string | null;
    vault_name: string;
    username_key: string;
    password_key: string;
    totp_secret_key?: string | null;
  };
  BitwardenCreditCardDataParameter: {
    parameter_type: "bitwarden_credit_card_data";
    key: string;
    description?: string | null;
    bitwarden_credit_card_data_parameter_id: string;
    workflow_id: string;
    bitwarden_client_id_aws_secret_key: string;
    bitwarden_client_secret_aws_secret_key: string;
    bitwarden_master_password_aws_secret_key: string;
    bitwarden_collection_id: string;
    bitwarden_item_id: string;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  BitwardenCreditCardDataParameterYAML: {
    parameter_type: "bitwarden_credit_card_data";
    key: string;
    description?: string | null;
    bitwarden_client_id_aws_secret_key: string;
    bitwarden_client_secret_aws_secret_key: string;
    bitwarden_master_password_aws_secret_key: string;
    bitwarden_collection_id: string;
    bitwarden_item_id: string;
  };
  BitwardenLoginCredentialParameter: {
    parameter_type: "bitwarden_login_credential";
    key: string;
    description?: string | null;
    bitwarden_login_credential_parameter_id: string;
    workflow_id: string;
    bitwarden_client_id_aws_secret_key: string;
    bitwarden_client_secret_aws_secret_key: string;
    bitwarden_master_password_aws_secret_key: string;
    url_parameter_key?: string | null;
    bitwarden_collection_id?: string | null;
    bitwarden_item_id?: string | null;
    totp_identifier?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  BitwardenLoginCredentialParameterYAML: {
    parameter_type: "bitwarden_login_credential";
    key: string;
    description?: string | null;
    bitwarden_client_id_aws_secret_key: string;
    bitwarden_client_secret_aws_secret_key: string;
    bitwarden_master_password_aws_secret_key: string;
    url_parameter_key?: string | null;
    bitwarden_collection_id?: string | null;
    bitwarden_item_id?: string | null;
    totp_identifier?: string | null;
  };
  BitwardenSensitiveInformationParameter: {
    parameter_type: "bitwarden_sensitive_information";
    key: string;
    description?: string | null;
    bitwarden_sensitive_information_parameter_id: string;
    workflow_id: string;
    bitwarden_client_id_aws_secret_key: string;
    bitwarden_client_secret_aws_secret_key: string;
    bitwarden_master_password_aws_secret_key: string;
    bitwarden_collection_id: string;
    bitwarden_identity_key: string;
    bitwarden_identity_fields: string[];
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  BitwardenSensitiveInformationParameterYAML: {
    parameter_type: "bitwarden_sensitive_information";
    key: string;
    description?: string | null;
    bitwarden_client_id_aws_secret_key: string;
    bitwarden_client_secret_aws_secret_key: string;
    bitwarden_master_password_aws_secret_key: string;
    bitwarden_collection_id: string;
    bitwarden_identity_key: string;
    bitwarden_identity_fields: string[];
  };
  BlockType: "task" | "task_v2" | "for_loop" | "while_loop" | "conditional" | "code" | "text_prompt" | "download_to_s3" | "upload_to_s3" | "file_upload" | "send_email" | "file_url_parser" | "validation" | "action" | "navigation" | "extraction" | "login" | "wait" | "file_download" | "goto_url" | "pdf_parser" | "http_request" | "web_search" | "human_interaction" | "print_page" | "workflow_trigger" | "google_sheets_read" | "google_sheets_write" | "pdf_fill" | "split_pdf" | "email_inbox" | "data_export" | "terminate";
  Body_upload_file_v1_upload_file_post: {
    retention_days?: number | null;
    file: string;
  };
  BranchCondition: {
    id?: string;
    criteria?: (Schemas["JinjaBranchCriteria"] | Schemas["PromptBranchCriteria"]) | null;
    next_block_label?: string | null;
    description?: string | null;
    is_default?: boolean;
  };
  BranchConditionYAML: {
    criteria?: Schemas["BranchCriteriaYAML"] | null;
    next_block_label?: string | null;
    description?: string | null;
    is_default?: boolean;
  };
  BranchCriteriaYAML: {
    criteria_type?: "jinja2_template" | "prompt";
    expression: string;
    description?: string | null;
  };
  BrowserProfile: {
    browser_profile_id: string;
    organization_id: string;
    name: string;
    description?: string | null;
    source_browser_type?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    proxy_session_id?: string | null;
    is_managed?: boolean;
    workflow_permanent_id?: string | null;
    browser_profile_key_digest?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
    last_verified_login_at?: string | null;
    linked_credential_name?: string | null;
  };
  BrowserProfileUsage: {
    workflows?: Schemas["BrowserProfileUsageWorkflow"][];
    credentials?: Schemas["BrowserProfileUsageCredential"][];
    recent_seeded_run_count?: number;
  };
  BrowserProfileUsageCredential: {
    credential_id: string;
    name: string;
  };
  BrowserProfileUsageWorkflow: {
    workflow_permanent_id: string;
    title: string;
    via: string;
  };
  BrowserSeedSource: "override" | "picked" | "own_memory" | "credential" | "fresh" | "degraded_fresh";
  BrowserSessionResponse: {
    browser_session_id: string;
    organization_id: string;
    status?: string | null;
    runnable_type?: string | null;
    runnable_id?: string | null;
    timeout?: number | null;
    browser_address?: string | null;
    app_url?: string | null;
    extensions?: Schemas["Extensions"][] | null;
    browser_type?: Schemas["PersistentBrowserType"] | null;
    browser_profile_id?: string | null;
    generate_browser_profile?: boolean;
    browser_settings?: Schemas["BrowserSettings"] | null;
    browser_settings_receipt?: Schemas["BrowserSettingsReceipt"] | null;
    vnc_streaming_supported?: boolean;
    stream_transport?: string | null;
    download_path?: string | null;
    downloaded_files?: Schemas["FileInfo"][] | null;
    recordings?: Schemas["FileInfo"][] | null;
    started_at?: string | null;
    completed_at?: string | null;
    created_by?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
    warning?: string | null;
    source?: "managed" | "external";
    remaining_lifetime_seconds?: number | null;
  };
  BrowserSettings: {
    timezone_id?: string | null;
  };
  BrowserSettingsReceipt: {
    requested_timezone_id: string;
    actual_timezone_id?: string | null;
    source: Schemas["BrowserSettingsSource"];
    status: Schemas["BrowserSettingsStatus"];
    warning?: string | null;
  };
  BrowserSettingsSource: "workflow_version" | "session_request" | "existing_session";
  BrowserSettingsStatus: "verified" | "mismatch" | "unapplied" | "unknown";
  BrowserTypeOption: {
    value: string;
    label: string;
  };
  BulkCancelRunsRequest: {
    run_ids: string[];
  };
  BulkCancelRunsResponse: {
    cancelled: string[];
    failed: string[];
  };
  ClearOrganizationAuthTokenResponse: {
    success: boolean;
  };
  ClickAction: {
    type: "ai_click";
    selector?: string | null;
    intention?: string;
    data?: string | {
      [key: string]: unknown;
    } | null;
    timeout?: number;
  };
  ClickContext: {
    thought?: string | null;
    single_option_click?: boolean | null;
    desired_state?: boolean | null;
  };
  CodeBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "code";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    code: string;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    prompt?: string | null;
    steps?: Schemas["CodeBlockStep"][] | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    user_owned_goal?: boolean | null;
    goal_needs_regeneration?: boolean | null;
    code_edited_by_hand?: boolean | null;
  };
  CodeBlockStep: {
    description?: string | null;
    action_type?: Schemas["ActionType"];
    line_start?: number | null;
    line_end?: number | null;
  };
  CodeBlockStepYAML: {
    description?: string | null;
    action_type?: string;
    line_start?: number | null;
    line_end?: number | null;
  };
  CodeBlockYAML: {
    block_type: "code";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    code: string;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    parameter_keys?: string[] | null;
    prompt?: string | null;
    steps?: Schemas["CodeBlockStepYAML"][] | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    user_owned_goal?: boolean | null;
    goal_needs_regeneration?: boolean | null;
    code_edited_by_hand?: boolean | null;
  };
  ConditionalBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "conditional";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    branch_conditions?: Schemas["BranchCondition"][];
  };
  ConditionalBlockYAML: {
    block_type: "conditional";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    branch_conditions?: Schemas["BranchConditionYAML"][];
  };
  ContextParameter: {
    parameter_type: "context";
    key: string;
    description?: string | null;
    source: Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"];
    value?: string | number | boolean | {
      [key: string]: unknown;
    } | unknown[] | null;
  };
  ContextParameterYAML: {
    parameter_type: "context";
    key: string;
    description?: string | null;
    source_parameter_key: string;
  };
  CreateBrowserProfileRequest: {
    name: string;
    description?: string | null;
    browser_session_id?: string | null;
    workflow_run_id?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    proxy_session_id?: string | null;
  };
  CreateBrowserSessionRequest: {
    url?: string | null;
    timeout?: number | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    proxy_session_id?: string | null;
    extensions?: Schemas["Extensions"][] | null;
    browser_type?: Schemas["PersistentBrowserType"] | null;
    browser_profile_id?: string | null;
    generate_browser_profile?: boolean;
    browser_settings?: Schemas["BrowserSettings"] | null;
    needs_live_view?: boolean;
  };
  CreateCredentialRequest: {
    name: string;
    credential_type: Schemas["skyvern__forge__sdk__schemas__credentials__CredentialType"];
    credential: Schemas["NonEmptyPasswordCredential"] | Schemas["NonEmptyCreditCardCredential"] | Schemas["SecretCredential"];
    vault_type?: Schemas["CredentialVaultType"] | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    proxy_session_id?: string | null;
    rotate_proxy_session_id?: boolean;
    browser_profile_id?: string | null;
    auto_profile_disabled?: boolean;
    pin_saved_session_ip?: boolean;
    tested_url?: string | null;
  };
  CreateScriptRequest: {
    workflow_id?: string | null;
    run_id?: string | null;
    files?: Schemas["ScriptFileCreate"][] | null;
  };
  CreateScriptResponse: {
    script_id: string;
    version: number;
    run_id?: string | null;
    file_count: number;
    file_tree: {
      [key: string]: Schemas["FileNode"];
    };
    created_at: string;
  };
  CredentialCheck: "site_rejected_credentials" | "no_recent_login_with_same_credential" | "login_request_not_5xx_or_429";
  CredentialCheckEvidence: {
    confirmed: boolean;
    checks_passed?: Schemas["CredentialCheck"][];
    checks_failed?: Schemas["CredentialCheck"][];
    checks_skipped?: Schemas["CredentialCheck"][];
    site_message?: string | null;
    login_request_status?: number | null;
  };
  CredentialParameter: {
    parameter_type: "credential";
    key: string;
    description?: string | null;
    credential_parameter_id: string;
    workflow_id: string;
    credential_id: string;
    credential_ids?: string[] | null;
    selection_strategy?: string | null;
    fallback_credential_ids?: string[] | null;
    fallback_trigger?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  CredentialParameterYAML: {
    parameter_type: "credential";
    key: string;
    description?: string | null;
    credential_id: string;
    credential_ids?: string[] | null;
    selection_strategy?: string | null;
    fallback_credential_ids?: string[] | null;
    fallback_trigger?: string | null;
  };
  CredentialResponse: {
    credential_id: string;
    credential: Schemas["PasswordCredentialResponse"] | Schemas["CreditCardCredentialResponse"] | Schemas["SecretCredentialResponse"];
    credential_type: Schemas["CredentialType-Output"];
    name: string;
    vault_type?: Schemas["CredentialVaultType"] | null;
    browser_profile_id?: string | null;
    auto_profile_disabled?: boolean | null;
    pin_saved_session_ip?: boolean;
    tested_url?: string | null;
    user_context?: string | null;
    save_browser_session_intent?: boolean | null;
    run_sequentially?: boolean;
    folder_id?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    proxy_session_id?: string | null;
    created_by?: string | null;
  };
  "CredentialType-Output": "password" | "credit_card" | "secret";
  CredentialVaultType: "skyvern" | "bitwarden" | "azure_vault" | "gcp" | "custom";
  CreditCardBillingAddress: {
    line1?: string | null;
    line2?: string | null;
    city?: string | null;
    state?: string | null;
    state_code?: string | null;
    postal_code?: string | null;
    country?: string | null;
    country_code?: string | null;
  };
  CreditCardCredentialResponse: {
    last_four: string;
    brand: string;
  };
  CustomLLM: {
    id: string;
    organization_id: string;
    config: Schemas["CustomLLMConfig"];
    created_at: string;
    modified_at: string;
    valid: boolean;
  };
  CustomLLMConfig: {
    display_name: string;
    provider: Schemas["CustomLLMProvider"];
    model_name: string;
    api_base?: string | null;
    api_key?: string | null;
    api_version?: string | null;
    supports_vision?: boolean;
    add_assistant_prefix?: boolean;
    max_completion_tokens?: number | null;
    temperature?: number | null;
    reasoning_effort?: string | null;
    extra_parameters?: {
      [key: string]: unknown;
    };
  };
  CustomLLMCreateRequest: {
    config: Schemas["CustomLLMConfig"];
  };
  CustomLLMListResponse: {
    custom_llms: Schemas["CustomLLM"][];
  };
  CustomLLMProvider: "openai_compatible" | "ollama" | "openrouter" | "gemini";
  CustomLLMResponse: {
    custom_llm: Schemas["CustomLLM"];
  };
  CustomLLMUpdateRequest: {
    config: Schemas["CustomLLMConfig"];
  };
  DataExportBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "data_export";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    data: string;
    data_schema: {
      [key: string]: unknown;
    };
    file_name?: string | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  DataExportBlockYAML: {
    block_type: "data_export";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    data: string;
    data_schema: {
      [key: string]: unknown;
    };
    file_name?: string | null;
    parameter_keys?: string[] | null;
  };
  DeleteScheduleResponse: {
    ok: boolean;
  };
  DeployScriptRequest: {
    files: Schemas["ScriptFileCreate"][];
  };
  DownloadFilesRequest: {
    url?: string | null;
    webhook_url?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | null;
    totp_identifier?: string | null;
    totp_url?: string | null;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    start_fresh_browser?: boolean;
    browser_address?: string | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    max_screenshot_scrolling_times?: number | null;
    navigation_goal: string;
    download_suffix?: string | null;
    download_timeout?: number | null;
    max_steps_per_run?: number | null;
  };
  DownloadToS3Block: {
    label: string;
    next_block_label?: string | null;
    block_type: "download_to_s3";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    url: string;
  };
  DownloadToS3BlockYAML: {
    block_type: "download_to_s3";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    url: string;
  };
  EmailBodyFormat: "text" | "html";
  EmailInboxBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "email_inbox";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    email_client: "gmail" | "outlook";
    credential_id?: string | null;
    folder?: string | null;
    prompt?: string | null;
    sender?: string | null;
    subject?: string | null;
    newer_than_days?: number | null;
    max_results?: number;
    include_body?: boolean;
    download_attachments?: boolean;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  EmailInboxBlockYAML: {
    block_type: "email_inbox";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    email_client: "gmail" | "outlook";
    credential_id?: string | null;
    folder?: string | null;
    prompt?: string | null;
    sender?: string | null;
    subject?: string | null;
    newer_than_days?: number | null;
    max_results?: number;
    include_body?: boolean;
    download_attachments?: boolean;
    parameter_keys?: string[] | null;
  };
  EmailTransport: "smtp" | "gmail";
  ExtendBrowserSessionRequest: {
    additional_minutes: number;
  };
  Extensions: "ad-blocker" | "captcha-solver";
  ExtractAction: {
    type: "extract";
    prompt?: string;
    extract_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    intention?: string | null;
    data?: string | {
      [key: string]: unknown;
    } | null;
  };
  ExtractionBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "extraction";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal: string;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
    export_enabled?: boolean;
    export_data_schema?: {
      [key: string]: unknown;
    } | null;
    export_file_name?: string | null;
    export_records?: string | null;
  };
  ExtractionBlockYAML: {
    block_type: "extraction";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    data_extraction_goal: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    disable_cache?: boolean;
    export_enabled?: boolean;
    export_data_schema?: {
      [key: string]: unknown;
    } | null;
    export_file_name?: string | null;
    export_records?: string | null;
  };
  FileDownloadBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "file_download";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    s3_bucket?: string | null;
    aws_access_key_id?: string | null;
    aws_secret_access_key?: string | null;
    region_name?: string | null;
    endpoint_url?: string | null;
    azure_storage_account_name?: string | null;
    azure_storage_account_key?: string | null;
    azure_blob_container_name?: string | null;
    google_credential_id?: string | null;
    google_drive_folder_id?: string | null;
    sftp_host?: string | null;
    sftp_port?: number | null;
    sftp_username?: string | null;
    sftp_password?: string | null;
    sftp_private_key?: string | null;
    sftp_private_key_passphrase?: string | null;
    sftp_remote_path?: string | null;
    sftp_host_key?: string | null;
    prompt?: string | null;
    path?: string | null;
    continue_on_empty?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
    download_target?: Schemas["FileDownloadTarget"];
  };
  FileDownloadBlockYAML: {
    block_type: "file_download";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    download_target?: Schemas["FileDownloadTarget"];
    s3_bucket?: string | null;
    aws_access_key_id?: string | null;
    aws_secret_access_key?: string | null;
    region_name?: string | null;
    endpoint_url?: string | null;
    azure_storage_account_name?: string | null;
    azure_storage_account_key?: string | null;
    azure_blob_container_name?: string | null;
    google_credential_id?: string | null;
    google_drive_folder_id?: string | null;
    sftp_host?: string | null;
    sftp_port?: number | null;
    sftp_username?: string | null;
    sftp_password?: string | null;
    sftp_private_key?: string | null;
    sftp_private_key_passphrase?: string | null;
    sftp_remote_path?: string | null;
    sftp_host_key?: string | null;
    path?: string | null;
    prompt?: string | null;
    continue_on_empty?: boolean;
    navigation_goal: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    disable_cache?: boolean;
    download_timeout?: number | null;
  };
  FileDownloadTarget: "website" | "s3" | "azure" | "google_drive" | "sftp";
  FileEncoding: "base64" | "utf-8";
  FileInfo: {
    url: string;
    checksum?: string | null;
    filename?: string | null;
    file_size?: number | null;
    modified_at?: string | null;
    artifact_id?: string | null;
  };
  FileNode: {
    type: string;
    size?: number | null;
    mime_type?: string | null;
    content_hash?: string | null;
    created_at: string;
    children?: {
      [key: string]: Schemas["FileNode"];
    } | null;
  };
  FileParserBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "file_url_parser";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    file_type?: Schemas["FileType"];
    json_schema?: {
      [key: string]: unknown;
    } | null;
    worksheet?: string | null;
    force_ocr?: boolean;
  };
  FileParserBlockYAML: {
    block_type: "file_url_parser";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    file_type?: Schemas["FileType"];
    json_schema?: {
      [key: string]: unknown;
    } | null;
    worksheet?: string | null;
    force_ocr?: boolean;
  };
  FileStorageType: "s3" | "azure" | "google_drive" | "sftp";
  FileType: "auto_detect" | "csv" | "excel" | "pdf" | "image" | "docx" | "zip";
  FileUploadBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "file_upload";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    s3_bucket?: string | null;
    aws_access_key_id?: string | null;
    aws_secret_access_key?: string | null;
    region_name?: string | null;
    endpoint_url?: string | null;
    azure_storage_account_name?: string | null;
    azure_storage_account_key?: string | null;
    azure_blob_container_name?: string | null;
    google_credential_id?: string | null;
    google_drive_folder_id?: string | null;
    sftp_host?: string | null;
    sftp_port?: number | null;
    sftp_username?: string | null;
    sftp_password?: string | null;
    sftp_private_key?: string | null;
    sftp_private_key_passphrase?: string | null;
    sftp_remote_path?: string | null;
    sftp_host_key?: string | null;
    prompt?: string | null;
    path?: string | null;
    continue_on_empty?: boolean;
    storage_type?: Schemas["FileStorageType"];
  };
  FileUploadBlockYAML: {
    block_type: "file_upload";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    storage_type?: Schemas["FileStorageType"];
    s3_bucket?: string | null;
    aws_access_key_id?: string | null;
    aws_secret_access_key?: string | null;
    region_name?: string | null;
    endpoint_url?: string | null;
    azure_storage_account_name?: string | null;
    azure_storage_account_key?: string | null;
    azure_blob_container_name?: string | null;
    azure_folder_path?: string | null;
    google_credential_id?: string | null;
    google_drive_folder_id?: string | null;
    sftp_host?: string | null;
    sftp_port?: number | null;
    sftp_username?: string | null;
    sftp_password?: string | null;
    sftp_private_key?: string | null;
    sftp_private_key_passphrase?: string | null;
    sftp_remote_path?: string | null;
    sftp_host_key?: string | null;
    prompt?: string | null;
    path?: string | null;
  };
  Folder: {
    title: string;
    description?: string | null;
    folder_id: string;
    organization_id: string;
    workflow_count?: number;
    created_at: string;
    modified_at: string;
  };
  FolderCreate: {
    title: string;
    description?: string | null;
  };
  FolderUpdate: {
    title?: string | null;
    description?: string | null;
  };
  ForLoopBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "for_loop";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    loop_blocks: (Schemas["ConditionalBlock"] | Schemas["ForLoopBlock"] | Schemas["WhileLoopBlock"] | Schemas["TaskBlock"] | Schemas["CodeBlock"] | Schemas["TextPromptBlock"] | Schemas["DownloadToS3Block"] | Schemas["UploadToS3Block"] | Schemas["SendEmailBlock"] | Schemas["FileParserBlock"] | Schemas["PDFParserBlock"] | Schemas["ValidationBlock"] | Schemas["ActionBlock"] | Schemas["NavigationBlock"] | Schemas["ExtractionBlock"] | Schemas["LoginBlock"] | Schemas["WaitBlock"] | Schemas["HumanInteractionBlock"] | Schemas["FileDownloadBlock"] | Schemas["UrlBlock"] | Schemas["TaskV2Block"] | Schemas["FileUploadBlock"] | Schemas["HttpRequestBlock"] | Schemas["WebSearchBlock"] | Schemas["PrintPageBlock"] | Schemas["WorkflowTriggerBlock"] | Schemas["GoogleSheetsReadBlock"] | Schemas["EmailInboxBlock"] | Schemas["GoogleSheetsWriteBlock"] | Schemas["PdfFillBlock"] | Schemas["SplitPdfBlock"] | Schemas["DataExportBlock"] | Schemas["TerminateBlock"])[];
    loop_over?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"]) | null;
    loop_variable_reference?: string | null;
    complete_if_empty?: boolean;
    data_schema?: {
      [key: string]: unknown;
    } | string | null;
  };
  ForLoopBlockYAML: {
    block_type: "for_loop";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    loop_blocks: (Schemas["TaskBlockYAML"] | Schemas["ForLoopBlockYAML"] | Schemas["WhileLoopBlockYAML"] | Schemas["CodeBlockYAML"] | Schemas["TextPromptBlockYAML"] | Schemas["DownloadToS3BlockYAML"] | Schemas["UploadToS3BlockYAML"] | Schemas["FileUploadBlockYAML"] | Schemas["SendEmailBlockYAML"] | Schemas["FileParserBlockYAML"] | Schemas["ValidationBlockYAML"] | Schemas["ActionBlockYAML"] | Schemas["NavigationBlockYAML"] | Schemas["ExtractionBlockYAML"] | Schemas["LoginBlockYAML"] | Schemas["WaitBlockYAML"] | Schemas["HumanInteractionBlockYAML"] | Schemas["FileDownloadBlockYAML"] | Schemas["DataExportBlockYAML"] | Schemas["TerminateBlockYAML"] | Schemas["UrlBlockYAML"] | Schemas["PDFParserBlockYAML"] | Schemas["TaskV2BlockYAML"] | Schemas["HttpRequestBlockYAML"] | Schemas["WebSearchBlockYAML"] | Schemas["ConditionalBlockYAML"] | Schemas["PrintPageBlockYAML"] | Schemas["PdfFillBlockYAML"] | Schemas["SplitPdfBlockYAML"] | Schemas["WorkflowTriggerBlockYAML"] | Schemas["GoogleSheetsReadBlockYAML"] | Schemas["EmailInboxBlockYAML"] | Schemas["GoogleSheetsWriteBlockYAML"])[];
    loop_over_parameter_key?: string;
    loop_variable_reference?: string | null;
    complete_if_empty?: boolean;
    data_schema?: {
      [key: string]: unknown;
    } | string | null;
  };
  GeoTarget: {
    country: string;
    subdivision?: string | null;
    city?: string | null;
    isISP?: boolean;
  };
  GoogleSheetsReadBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "google_sheets_read";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    spreadsheet_url: string;
    sheet_name?: string | null;
    range?: string | null;
    credential_id?: string | null;
    has_header_row?: boolean;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  GoogleSheetsReadBlockYAML: {
    block_type: "google_sheets_read";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    spreadsheet_url: string;
    sheet_name?: string | null;
    range?: string | null;
    credential_id?: string | null;
    has_header_row?: boolean;
    parameter_keys?: string[] | null;
  };
  GoogleSheetsWriteBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "google_sheets_write";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    spreadsheet_url: string;
    sheet_name?: string | null;
    range?: string | null;
    credential_id?: string | null;
    write_mode?: "append" | "update";
    values?: string;
    column_mapping?: {
      [key: string]: string;
    } | null;
    create_sheet_if_missing?: boolean;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  GoogleSheetsWriteBlockYAML: {
    block_type: "google_sheets_write";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    spreadsheet_url: string;
    sheet_name?: string | null;
    range?: string | null;
    credential_id?: string | null;
    write_mode?: "append" | "update";
    values?: string;
    column_mapping?: {
      [key: string]: string;
    } | null;
    create_sheet_if_missing?: boolean;
    parameter_keys?: string[] | null;
  };
  HTTPValidationError: {
    detail?: Schemas["ValidationError"][];
  };
  HttpRequestBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "http_request";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    method?: string;
    url?: string | null;
    headers?: {
      [key: string]: string;
    } | null;
    body?: {
      [key: string]: unknown;
    } | null;
    files?: {
      [key: string]: string;
    } | null;
    timeout?: number;
    follow_redirects?: boolean;
    download_filename?: string | null;
    save_response_as_file?: boolean;
    secret_response_paths?: string[] | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  HttpRequestBlockYAML: {
    block_type: "http_request";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    method?: string;
    url?: string | null;
    headers?: {
      [key: string]: string;
    } | null;
    body?: {
      [key: string]: unknown;
    } | null;
    files?: {
      [key: string]: string;
    } | null;
    timeout?: number;
    follow_redirects?: boolean;
    download_filename?: string | null;
    save_response_as_file?: boolean;
    secret_response_paths?: string[] | null;
    parameter_keys?: string[] | null;
  };
  HumanInteractionBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "human_interaction";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
    instructions?: string;
    positive_descriptor?: string;
    negative_descriptor?: string;
    timeout_seconds?: number;
    sender?: string;
    recipients?: string[];
    subject?: string;
    body?: string;
    body_format?: Schemas["EmailBodyFormat"];
  };
  HumanInteractionBlockYAML: {
    block_type: "human_interaction";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    instructions?: string;
    positive_descriptor?: string;
    negative_descriptor?: string;
    timeout_seconds?: number;
    sender?: string;
    recipients: string[];
    subject?: string;
    body?: string;
    body_format?: Schemas["EmailBodyFormat"];
  };
  InputOrSelectContext: {
    intention?: string | null;
    field?: string | null;
    is_required?: boolean | null;
    is_search_bar?: boolean | null;
    is_location_input?: boolean | null;
    is_date_related?: boolean | null;
    date_format?: string | null;
    is_text_captcha?: boolean | null;
  };
  InputTextAction: {
    type: "ai_input_text";
    selector?: string | null;
    value?: string | null;
    intention?: string;
    data?: string | {
      [key: string]: unknown;
    } | null;
    totp_identifier?: string | null;
    totp_url?: string | null;
    timeout?: number;
  };
  JinjaBranchCriteria: {
    criteria_type: "jinja2_template";
    expression: string;
    description?: string | null;
  };
  LocateElementAction: {
    type: "locate_element";
    prompt?: string;
  };
  LoginBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "login";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
    skip_saved_profile?: boolean;
  };
  LoginBlockYAML: {
    block_type: "login";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    navigation_goal?: string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    disable_cache?: boolean;
    complete_criterion?: string | null;
    terminate_criterion?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    skip_saved_profile?: boolean;
  };
  LoginRequest: {
    url?: string | null;
    webhook_url?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | null;
    totp_identifier?: string | null;
    totp_url?: string | null;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    start_fresh_browser?: boolean;
    browser_address?: string | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    max_screenshot_scrolling_times?: number | null;
    credential_type: Schemas["skyvern__schemas__credential_type__CredentialType"];
    prompt?: string | null;
    credential_id?: string | null;
    bitwarden_collection_id?: string | null;
    bitwarden_item_id?: string | null;
    onepassword_vault_id?: string | null;
    onepassword_item_id?: string | null;
    onepassword_totp_field_name?: string | null;
    azure_vault_name?: string | null;
    azure_vault_username_key?: string | null;
    azure_vault_password_key?: string | null;
    azure_vault_totp_secret_key?: string | null;
  };
  NavigationBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "navigation";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal: string;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
  };
  NavigationBlockYAML: {
    block_type: "navigation";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    navigation_goal: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    disable_cache?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
  };
  NonEmptyCreditCardCredential: {
    card_number: string;
    card_cvv: string;
    card_exp_month: string;
    card_exp_year: string;
    card_brand: string;
    card_holder_name: string;
    billing_address?: Schemas["CreditCardBillingAddress"] | null;
    billing_email?: string | null;
    billing_phone?: string | null;
    metadata?: {
      [key: string]: string;
    } | null;
  };
  NonEmptyPasswordCredential: {
    password?: string;
    username: string;
    totp?: string | null;
    totp_type?: Schemas["TotpType"];
    totp_identifier?: string | null;
    metadata?: {
      [key: string]: string;
    } | null;
  };
  OTPType: "totp" | "magic_link";
  OnePasswordCredentialParameter: {
    parameter_type: "onepassword";
    key: string;
    description?: string | null;
    onepassword_credential_parameter_id: string;
    workflow_id: string;
    vault_id: string;
    item_id: string;
    totp_field_name?: string | null;
    totp_identifier?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  OnePasswordCredentialParameterYAML: {
    parameter_type: "onepassword";
    key: string;
    description?: string | null;
    vault_id: string;
    item_id: string;
    totp_field_name?: string | null;
    totp_identifier?: string | null;
  };
  OneTimeDispatchStatus: "pending" | "fired" | "canceled" | "failed";
  OrganizationScheduleItem: {
    workflow_schedule_id: string;
    organization_id: string;
    workflow_permanent_id: string;
    workflow_title: string;
    cron_expression?: string | null;
    interval_seconds?: number | null;
    first_fire_at?: string | null;
    run_at?: string | null;
    dispatch_status?: Schemas["OneTimeDispatchStatus"] | null;
    workflow_run_id?: string | null;
    timezone: string;
    enabled: boolean;
    parameters?: {
      [key: string]: unknown;
    } | null;
    name?: string | null;
    description?: string | null;
    next_run?: string | null;
    created_at: string;
    modified_at: string;
  };
  OrganizationScheduleListResponse: {
    schedules: Schemas["OrganizationScheduleItem"][];
    total_count: number;
    page: number;
    page_size: number;
  };
  OutputParameter: {
    parameter_type: "output";
    key: string;
    description?: string | null;
    output_parameter_id: string;
    workflow_id: string;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  OutputParameterYAML: {
    parameter_type: "output";
    key: string;
    description?: string | null;
  };
  PDFFormat: "A4" | "Letter" | "Legal" | "Tabloid";
  PDFParserBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "pdf_parser";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    json_schema?: {
      [key: string]: unknown;
    } | null;
  };
  PDFParserBlockYAML: {
    block_type: "pdf_parser";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    json_schema?: {
      [key: string]: unknown;
    } | null;
  };
  PasswordCredentialResponse: {
    username: string;
    totp_type?: Schemas["TotpType"];
    totp_identifier?: string | null;
    has_totp?: boolean;
  };
  PdfFillBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "pdf_fill";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    prompt: string;
    payload?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    llm_key?: string | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  PdfFillBlockYAML: {
    block_type: "pdf_fill";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    prompt: string;
    payload?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    llm_key?: string | null;
    parameter_keys?: string[] | null;
  };
  PersistentBrowserType: "msedge" | "chrome" | "stealth-chromium";
  PrintPageBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "print_page";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    include_timestamp?: boolean;
    custom_filename?: string | null;
    format?: string;
    landscape?: boolean;
    print_background?: boolean;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  PrintPageBlockYAML: {
    block_type: "print_page";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    include_timestamp?: boolean;
    custom_filename?: string | null;
    format?: Schemas["PDFFormat"];
    landscape?: boolean;
    print_background?: boolean;
    parameter_keys?: string[] | null;
  };
  PromptAction: {
    type: "prompt";
    prompt: string;
    response_schema?: {
      [key: string]: unknown;
    } | null;
    model?: {
      [key: string]: unknown;
    } | null;
  };
  PromptBranchCriteria: {
    criteria_type: "prompt";
    expression: string;
    description?: string | null;
  };
  ProxyLocation: "RESIDENTIAL" | "US-CA" | "US-NY" | "US-TX" | "US-FL" | "US-WA" | "RESIDENTIAL_ES" | "RESIDENTIAL_IE" | "RESIDENTIAL_GB" | "RESIDENTIAL_IN" | "RESIDENTIAL_JP" | "RESIDENTIAL_FR" | "RESIDENTIAL_DE" | "RESIDENTIAL_NZ" | "RESIDENTIAL_ZA" | "RESIDENTIAL_AR" | "RESIDENTIAL_AU" | "RESIDENTIAL_BR" | "RESIDENTIAL_TR" | "RESIDENTIAL_CA" | "RESIDENTIAL_MX" | "RESIDENTIAL_IT" | "RESIDENTIAL_NL" | "RESIDENTIAL_PH" | "RESIDENTIAL_KR" | "RESIDENTIAL_SA" | "RESIDENTIAL_ISP" | "NONE";
  RetryRunWebhookRequest: {
    webhook_url?: string | null;
  };
  RunEngine: "skyvern-1.0" | "skyvern-2.0" | "skyvern-3.0" | "openai-cua" | "anthropic-cua" | "ui-tars" | "yutori-navigator";
  RunSdkActionRequest: {
    url: string;
    browser_session_id?: string | null;
    browser_address?: string | null;
    workflow_run_id?: string | null;
    action: Schemas["ClickAction"] | Schemas["InputTextAction"] | Schemas["SelectOptionAction"] | Schemas["UploadFileAction"] | Schemas["ActAction"] | Schemas["ExtractAction"] | Schemas["LocateElementAction"] | Schemas["ValidateAction"] | Schemas["PromptAction"];
  };
  RunSdkActionResponse: {
    workflow_run_id: string;
    result?: unknown | null;
  };
  RunStatus: "created" | "queued" | "running" | "paused" | "timed_out" | "failed" | "terminated" | "completed" | "canceled";
  RunTagHistoryResponse: {
    workflow_run_id: string;
    events: Schemas["TagHistoryItem"][];
  };
  RunTagSuggestionsResponse: {
    keys?: string[];
    values_by_key?: {
      [key: string]: string[];
    };
    labels?: string[];
  };
  RunTagsBatchRequest: {
    workflow_run_ids?: string[];
  };
  RunTagsBatchResponse: {
    run_tags: {
      [key: string]: Schemas["TagItem"][];
    };
  };
  RunTagsResponse: {
    workflow_run_id: string;
    tags: Schemas["TagResponse"][];
  };
  RunType: "task_v1" | "task_v2" | "task_v3" | "workflow_run" | "openai_cua" | "anthropic_cua" | "ui_tars" | "yutori_navigator";
  RunWebhookReplayResponse: {
    run_id: string;
    run_type: string;
    default_webhook_url?: string | null;
    target_webhook_url?: string | null;
    payload: string;
    headers: {
      [key: string]: string;
    };
    status_code?: number | null;
    latency_ms?: number | null;
    response_body?: string | null;
    error?: string | null;
  };
  Script: {
    script_revision_id: string;
    script_id: string;
    organization_id: string;
    run_id?: string | null;
    version: number;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  ScriptFileCreate: {
    path: string;
    content: string;
    encoding?: Schemas["FileEncoding"];
    mime_type?: string | null;
  };
  ScriptRunResponse: {
    ai_fallback_triggered?: boolean;
    script_id?: string | null;
    script_revision_id?: string | null;
  };
  SecretCredential: {
    secret_value: string;
    secret_label?: string | null;
  };
  SecretCredentialResponse: {
    secret_label?: string | null;
  };
  SelectOption: {
    label?: string | null;
    value?: string | null;
    index?: number | null;
  };
  SelectOptionAction: {
    type: "ai_select_option";
    selector?: string | null;
    value?: string | null;
    intention?: string;
    data?: string | {
      [key: string]: unknown;
    } | null;
    timeout?: number;
  };
  SendEmailBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "send_email";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    smtp_host: Schemas["AWSSecretParameter"];
    smtp_port: Schemas["AWSSecretParameter"];
    smtp_username: Schemas["AWSSecretParameter"];
    smtp_password: Schemas["AWSSecretParameter"];
    sender: string;
    recipients: string[];
    subject: string;
    body: string;
    body_format?: Schemas["EmailBodyFormat"];
    file_attachments?: string[];
    custom_smtp_host?: string | null;
    custom_smtp_port?: number | null;
    custom_smtp_username?: string | null;
    custom_smtp_password?: string | null;
    transport?: Schemas["EmailTransport"] | null;
    credential_id?: string | null;
    cc?: string[];
    bcc?: string[];
  };
  SendEmailBlockYAML: {
    block_type: "send_email";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    smtp_host_secret_parameter_key?: string | null;
    smtp_port_secret_parameter_key?: string | null;
    smtp_username_secret_parameter_key?: string | null;
    smtp_password_secret_parameter_key?: string | null;
    custom_smtp_host?: string | null;
    custom_smtp_port?: number | null;
    custom_smtp_username?: string | null;
    custom_smtp_password?: string | null;
    sender?: string;
    recipients: string[];
    subject: string;
    body: string;
    body_format?: Schemas["EmailBodyFormat"];
    file_attachments?: string[] | null;
    transport?: Schemas["EmailTransport"] | null;
    credential_id?: string | null;
    cc?: string[];
    bcc?: string[];
  };
  SplitPdfBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "split_pdf";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    prompt: string;
    llm_key?: string | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  SplitPdfBlockYAML: {
    block_type: "split_pdf";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    file_url: string;
    prompt: string;
    llm_key?: string | null;
    parameter_keys?: string[] | null;
  };
  TOTPCode: {
    totp_identifier: string;
    task_id?: string | null;
    workflow_id?: string | null;
    workflow_run_id?: string | null;
    source?: string | null;
    content: string;
    expired_at?: string | null;
    type?: Schemas["OTPType"] | null;
    totp_code_id: string;
    code: string;
    organization_id: string;
    created_at: string;
    modified_at: string;
    otp_type?: Schemas["OTPType"] | null;
  };
  TOTPCodeCreate: {
    totp_identifier: string;
    task_id?: string | null;
    workflow_id?: string | null;
    workflow_run_id?: string | null;
    source?: string | null;
    content: string;
    expired_at?: string | null;
    type?: Schemas["OTPType"] | null;
  };
  TagApplyRequest: {
    tags?: Schemas["TagInput"][];
    tags_to_delete?: Schemas["TagDeleteInput"][];
    colors?: {
      [key: string]: string;
    } | null;
  };
  TagDeleteInput: {
    key?: string | null;
    value?: string | null;
  };
  TagHistoryItem: {
    tag_event_id: string;
    key: string | null;
    value: string | null;
    event_type: string;
    source: string;
    set_at: string;
    set_by: string;
    superseded_at?: string | null;
  };
  TagHistoryResponse: {
    workflow_permanent_id: string;
    events: Schemas["TagHistoryItem"][];
  };
  TagInput: {
    key?: string | null;
    value: string;
  };
  TagItem: {
    key?: string | null;
    value: string;
  };
  TagKey: {
    key: string;
    description?: string | null;
    workflow_count?: number;
  };
  TagKeyDeleteResponse: {
    key: string;
    removed_from_workflow_count: number;
    removed_from_run_count?: number;
    removed_count?: number;
  };
  TagKeyUpdate: {
    description?: string | null;
  };
  TagResponse: {
    key?: string | null;
    value: string;
    source: string;
    set_at: string;
    set_by: string;
  };
  TagValue: {
    key: string;
    value: string;
    color: string;
    workflow_count?: number;
  };
  TagValueCreate: {
    key: string;
    value: string;
    color?: string | null;
  };
  TagValueDelete: {
    value: string;
  };
  TagValueDeleteResponse: {
    key: string;
    value: string;
    removed_from_workflow_count: number;
    removed_from_run_count?: number;
    removed_count?: number;
  };
  TagValueRename: {
    value: string;
    new_value: string;
  };
  TagValueRenameResponse: {
    key: string;
    value: string;
    color: string;
    renamed_workflow_count: number;
  };
  TagValueUpdate: {
    value: string;
    color: string;
  };
  TagsResponse: {
    workflow_permanent_id: string;
    tags: Schemas["TagResponse"][];
  };
  TaskBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "task";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
  };
  TaskBlockYAML: {
    block_type: "task";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    disable_cache?: boolean;
    complete_criterion?: string | null;
    terminate_criterion?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
  };
  TaskRunListItem: {
    task_run_id: string;
    run_id: string;
    task_run_type: string;
    status: string;
    title?: string | null;
    started_at?: string | null;
    finished_at?: string | null;
    created_at: string;
    workflow_permanent_id?: string | null;
    workflow_deleted?: boolean;
    script_run?: boolean;
    trigger_type?: Schemas["WorkflowRunTriggerType"] | null;
    created_by?: string | null;
  };
  "TaskRunRequest-Input": {
    prompt: string;
    url?: string | null;
    engine?: Schemas["RunEngine"];
    title?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    data_extraction_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_steps?: number | null;
    webhook_url?: string | null;
    totp_identifier?: string | null;
    totp_url?: string | null;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    start_fresh_browser?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    publish_workflow?: boolean;
    include_action_history_in_verification?: boolean | null;
    max_screenshot_scrolls?: number | null;
    browser_address?: string | null;
    run_with?: string | null;
    file_ids?: string[] | null;
  };
  "TaskRunRequest-Output": {
    prompt: string;
    url?: string | null;
    engine?: Schemas["RunEngine"];
    title?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    data_extraction_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_steps?: number | null;
    webhook_url?: string | null;
    totp_identifier?: string | null;
    totp_url?: string | null;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    start_fresh_browser?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    publish_workflow?: boolean;
    include_action_history_in_verification?: boolean | null;
    max_screenshot_scrolls?: number | null;
    browser_address?: string | null;
    run_with?: string | null;
    file_ids?: string[] | null;
  };
  TaskRunResponse: {
    run_id: string;
    status: Schemas["RunStatus"];
    output?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    downloaded_files?: Schemas["FileInfo"][] | null;
    recording_url?: string | null;
    recording_archived?: boolean;
    screenshot_urls?: string[] | null;
    failure_reason?: string | null;
    created_at: string;
    modified_at: string;
    queued_at?: string | null;
    started_at?: string | null;
    finished_at?: string | null;
    app_url?: string | null;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    max_screenshot_scrolls?: number | null;
    script_run?: Schemas["ScriptRunResponse"] | null;
    errors?: {
      [key: string]: unknown;
    }[] | null;
    step_count?: number | null;
    run_type: "task_v1" | "task_v2" | "task_v3" | "openai_cua" | "anthropic_cua" | "ui_tars" | "yutori_navigator";
    run_request?: Schemas["TaskRunRequest-Output"] | null;
  };
  TaskV2Block: {
    label: string;
    next_block_label?: string | null;
    block_type: "task_v2";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    prompt: string;
    url?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    max_iterations?: number;
    max_steps?: number;
  };
  TaskV2BlockYAML: {
    block_type: "task_v2";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    prompt: string;
    url?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    max_iterations?: number;
    max_steps?: number;
    disable_cache?: boolean;
  };
  TelInputOutcome: {
    flag_enabled: boolean;
    final_element_id: string;
    strategy: Schemas["TelInputStrategy"];
    expected_digit_count: number;
    actual_digit_count?: number | null;
    browser_valid?: boolean | null;
    attempt_count: number;
    retargeted: boolean;
  };
  TelInputStrategy: "legacy_sequential" | "formatted_sequential" | "sequential_national" | "atomic_national" | "atomic_e164";
  TerminateBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "terminate";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    reason: string;
    error_code?: string | null;
  };
  TerminateBlockYAML: {
    block_type: "terminate";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    reason: string;
    error_code?: string | null;
  };
  TextPromptBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "text_prompt";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    llm_key?: string | null;
    prompt: string;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    json_schema?: {
      [key: string]: unknown;
    } | null;
  };
  TextPromptBlockYAML: {
    block_type: "text_prompt";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    llm_key?: string | null;
    prompt: string;
    parameter_keys?: string[] | null;
    json_schema?: {
      [key: string]: unknown;
    } | null;
  };
  Thought: {
    thought_id: string;
    task_id: string;
    organization_id: string;
    workflow_run_id?: string | null;
    workflow_run_block_id?: string | null;
    workflow_id?: string | null;
    workflow_permanent_id?: string | null;
    user_input?: string | null;
    observation?: string | null;
    thought?: string | null;
    answer?: string | null;
    thought_type?: Schemas["ThoughtType"] | null;
    thought_scenario?: Schemas["ThoughtScenario"] | null;
    output?: {
      [key: string]: unknown;
    } | null;
    input_token_count?: number | null;
    output_token_count?: number | null;
    reasoning_token_count?: number | null;
    cached_token_count?: number | null;
    thought_cost?: number | null;
    last_llm_model?: string | null;
    created_at: string;
    modified_at: string;
  };
  ThoughtScenario: "generate_plan" | "user_goal_check" | "failure_describe" | "summarization" | "generate_metadata" | "extract_loop_values" | "generate_task_in_loop" | "generate_general_task" | "termination";
  ThoughtType: "plan" | "metadata" | "user_goal_check" | "internal_plan" | "failure_describe" | "termination";
  TotpType: "authenticator" | "email" | "text" | "passkey" | "none";
  UpdateBrowserProfileRequest: {
    name?: string | null;
    description?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    proxy_session_id?: string | null;
    rotate_proxy_session_id?: boolean;
  };
  UpdateBrowserSessionRequest: {
    generate_browser_profile: boolean;
  };
  UpdateWorkflowFolderRequest: {
    folder_id?: string | null;
  };
  UploadFileAction: {
    type: "ai_upload_file";
    selector?: string | null;
    file_url?: string | null;
    intention?: string;
    data?: string | {
      [key: string]: unknown;
    } | null;
    timeout?: number;
  };
  UploadFileResponse: {
    s3_uri: string;
    presigned_url: string;
    file_id?: string | null;
    expires_at?: string | null;
  };
  UploadToS3Block: {
    label: string;
    next_block_label?: string | null;
    block_type: "upload_to_s3";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    path?: string | null;
  };
  UploadToS3BlockYAML: {
    block_type: "upload_to_s3";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    path?: string | null;
  };
  UrlBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "goto_url";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url: string;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
  };
  UrlBlockYAML: {
    block_type: "goto_url";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    url: string;
  };
  UserDefinedError: {
    error_code: string;
    reasoning: string;
    confidence_float: number;
    error_type?: "USER_DEFINED_ERROR";
    credential_check?: Schemas["CredentialCheckEvidence"] | null;
  };
  ValidateAction: {
    type: "validate";
    prompt: string;
    model?: {
      [key: string]: unknown;
    } | null;
  };
  ValidationBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "validation";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    task_type?: string;
    url?: string | null;
    title?: string;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    complete_criterion_is_untrusted?: boolean;
    terminate_criterion?: string | null;
    navigation_goal?: string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_retries?: number;
    max_steps_per_run?: number | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    complete_on_download?: boolean;
    download_suffix?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    complete_verification?: boolean;
    include_action_history_in_verification?: boolean;
    download_timeout?: number | null;
    include_extracted_text?: boolean;
    without_page_information?: boolean;
  };
  ValidationBlockYAML: {
    block_type: "validation";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    engine?: Schemas["RunEngine"] | null;
    engine_pinned?: boolean;
    complete_criterion?: string | null;
    terminate_criterion?: string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    max_steps_per_run?: number | null;
    parameter_keys?: string[] | null;
    disable_cache?: boolean;
    without_page_information?: boolean;
  };
  ValidationError: {
    loc: (string | number)[];
    msg: string;
    type: string;
    input?: unknown;
    ctx?: Record<string, never>;
  };
  WaitBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "wait";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    wait_sec: number;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  WaitBlockYAML: {
    block_type: "wait";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    wait_sec?: number;
  };
  WebSearchBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "web_search";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    query: string;
    provider?: "auto" | "google" | "exa";
    num_results?: number;
    no_results_error_code?: string | null;
    no_match_error_code?: string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    prompt?: string | null;
    json_schema?: {
      [key: string]: unknown;
    } | null;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  WebSearchBlockYAML: {
    block_type: "web_search";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    query: string;
    provider?: "auto" | "google" | "exa";
    num_results?: number;
    no_results_error_code?: string | null;
    no_match_error_code?: string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    prompt?: string | null;
    json_schema?: {
      [key: string]: unknown;
    } | null;
    parameter_keys?: string[] | null;
  };
  WhileLoopBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "while_loop";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    loop_blocks: (Schemas["ConditionalBlock"] | Schemas["ForLoopBlock"] | Schemas["WhileLoopBlock"] | Schemas["TaskBlock"] | Schemas["CodeBlock"] | Schemas["TextPromptBlock"] | Schemas["DownloadToS3Block"] | Schemas["UploadToS3Block"] | Schemas["SendEmailBlock"] | Schemas["FileParserBlock"] | Schemas["PDFParserBlock"] | Schemas["ValidationBlock"] | Schemas["ActionBlock"] | Schemas["NavigationBlock"] | Schemas["ExtractionBlock"] | Schemas["LoginBlock"] | Schemas["WaitBlock"] | Schemas["HumanInteractionBlock"] | Schemas["FileDownloadBlock"] | Schemas["UrlBlock"] | Schemas["TaskV2Block"] | Schemas["FileUploadBlock"] | Schemas["HttpRequestBlock"] | Schemas["WebSearchBlock"] | Schemas["PrintPageBlock"] | Schemas["WorkflowTriggerBlock"] | Schemas["GoogleSheetsReadBlock"] | Schemas["EmailInboxBlock"] | Schemas["GoogleSheetsWriteBlock"] | Schemas["PdfFillBlock"] | Schemas["SplitPdfBlock"] | Schemas["DataExportBlock"] | Schemas["TerminateBlock"])[];
    condition: Schemas["JinjaBranchCriteria"] | Schemas["PromptBranchCriteria"];
  };
  WhileLoopBlockYAML: {
    block_type: "while_loop";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    loop_blocks: (Schemas["TaskBlockYAML"] | Schemas["ForLoopBlockYAML"] | Schemas["WhileLoopBlockYAML"] | Schemas["CodeBlockYAML"] | Schemas["TextPromptBlockYAML"] | Schemas["DownloadToS3BlockYAML"] | Schemas["UploadToS3BlockYAML"] | Schemas["FileUploadBlockYAML"] | Schemas["SendEmailBlockYAML"] | Schemas["FileParserBlockYAML"] | Schemas["ValidationBlockYAML"] | Schemas["ActionBlockYAML"] | Schemas["NavigationBlockYAML"] | Schemas["ExtractionBlockYAML"] | Schemas["LoginBlockYAML"] | Schemas["WaitBlockYAML"] | Schemas["HumanInteractionBlockYAML"] | Schemas["FileDownloadBlockYAML"] | Schemas["DataExportBlockYAML"] | Schemas["TerminateBlockYAML"] | Schemas["UrlBlockYAML"] | Schemas["PDFParserBlockYAML"] | Schemas["TaskV2BlockYAML"] | Schemas["HttpRequestBlockYAML"] | Schemas["WebSearchBlockYAML"] | Schemas["ConditionalBlockYAML"] | Schemas["PrintPageBlockYAML"] | Schemas["PdfFillBlockYAML"] | Schemas["SplitPdfBlockYAML"] | Schemas["WorkflowTriggerBlockYAML"] | Schemas["GoogleSheetsReadBlockYAML"] | Schemas["EmailInboxBlockYAML"] | Schemas["GoogleSheetsWriteBlockYAML"])[];
    condition: Schemas["BranchCriteriaYAML"];
  };
  Workflow: {
    workflow_id: string;
    organization_id: string;
    title: string;
    workflow_permanent_id: string;
    version: number;
    is_saved_task: boolean;
    is_template?: boolean;
    description?: string | null;
    workflow_definition: Schemas["WorkflowDefinition"];
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    webhook_callback_url?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    persist_browser_session?: boolean;
    reuse_browser_session?: boolean;
    mask_secrets?: boolean;
    pin_saved_session_ip?: boolean;
    browser_profile_id?: string | null;
    browser_profile_key?: string | null;
    model?: {
      [key: string]: unknown;
    } | null;
    status?: Schemas["WorkflowStatus"];
    max_screenshot_scrolls?: number | null;
    max_elapsed_time_minutes?: number | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    run_with?: string;
    browser_type?: string | null;
    ai_fallback?: boolean;
    cache_key?: string | null;
    adaptive_caching?: boolean;
    enable_self_healing?: boolean;
    code_version?: number | null;
    generate_script_on_terminal?: boolean;
    run_sequentially?: boolean | null;
    sequential_key?: string | null;
    folder_id?: string | null;
    import_error?: string | null;
    created_by?: string | null;
    edited_by?: string | null;
    copilot_authored?: boolean;
    effective_default_engine?: Schemas["RunEngine"] | null;
    original_created_by?: string | null;
    original_created_at?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
    readonly agent_id: string;
  };
  WorkflowCreateYAMLRequest: {
    title: string;
    recording_id?: string | null;
    description?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    webhook_callback_url?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    persist_browser_session?: boolean;
    reuse_browser_session?: boolean;
    mask_secrets?: boolean | null;
    pin_saved_session_ip?: boolean;
    browser_profile_id?: string | null;
    browser_profile_key?: string | null;
    model?: {
      [key: string]: unknown;
    } | null;
    workflow_definition: Schemas["WorkflowDefinitionYAML"];
    is_saved_task?: boolean;
    max_screenshot_scrolls?: number | null;
    max_elapsed_time_minutes?: number | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    status?: Schemas["WorkflowStatus"];
    run_with?: string;
    browser_type?: string | null;
    ai_fallback?: boolean;
    cache_key?: string | null;
    adaptive_caching?: boolean;
    enable_self_healing?: boolean | null;
    code_version?: number | null;
    generate_script_on_terminal?: boolean;
    run_sequentially?: boolean;
    sequential_key?: string | null;
    folder_id?: string | null;
  };
  WorkflowDefinition: {
    version?: number;
    parameters: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
    blocks: (Schemas["ConditionalBlock"] | Schemas["ForLoopBlock"] | Schemas["WhileLoopBlock"] | Schemas["TaskBlock"] | Schemas["CodeBlock"] | Schemas["TextPromptBlock"] | Schemas["DownloadToS3Block"] | Schemas["UploadToS3Block"] | Schemas["SendEmailBlock"] | Schemas["FileParserBlock"] | Schemas["PDFParserBlock"] | Schemas["ValidationBlock"] | Schemas["ActionBlock"] | Schemas["NavigationBlock"] | Schemas["ExtractionBlock"] | Schemas["LoginBlock"] | Schemas["WaitBlock"] | Schemas["HumanInteractionBlock"] | Schemas["FileDownloadBlock"] | Schemas["UrlBlock"] | Schemas["TaskV2Block"] | Schemas["FileUploadBlock"] | Schemas["HttpRequestBlock"] | Schemas["WebSearchBlock"] | Schemas["PrintPageBlock"] | Schemas["WorkflowTriggerBlock"] | Schemas["GoogleSheetsReadBlock"] | Schemas["EmailInboxBlock"] | Schemas["GoogleSheetsWriteBlock"] | Schemas["PdfFillBlock"] | Schemas["SplitPdfBlock"] | Schemas["DataExportBlock"] | Schemas["TerminateBlock"])[];
    finally_block_label?: string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    retry_policy?: Schemas["WorkflowRetryPolicy"] | null;
    workflow_system_prompt?: string | null;
    completion_contract?: {
      [key: string]: unknown;
    } | null;
    browser_settings?: Schemas["BrowserSettings"] | null;
  };
  WorkflowDefinitionYAML: {
    version?: number | null;
    parameters: (Schemas["AWSSecretParameterYAML"] | Schemas["BitwardenLoginCredentialParameterYAML"] | Schemas["BitwardenSensitiveInformationParameterYAML"] | Schemas["BitwardenCreditCardDataParameterYAML"] | Schemas["OnePasswordCredentialParameterYAML"] | Schemas["AzureVaultCredentialParameterYAML"] | Schemas["WorkflowParameterYAML"] | Schemas["ContextParameterYAML"] | Schemas["OutputParameterYAML"] | Schemas["CredentialParameterYAML"])[];
    blocks: (Schemas["TaskBlockYAML"] | Schemas["ForLoopBlockYAML"] | Schemas["WhileLoopBlockYAML"] | Schemas["CodeBlockYAML"] | Schemas["TextPromptBlockYAML"] | Schemas["DownloadToS3BlockYAML"] | Schemas["UploadToS3BlockYAML"] | Schemas["FileUploadBlockYAML"] | Schemas["SendEmailBlockYAML"] | Schemas["FileParserBlockYAML"] | Schemas["ValidationBlockYAML"] | Schemas["ActionBlockYAML"] | Schemas["NavigationBlockYAML"] | Schemas["ExtractionBlockYAML"] | Schemas["LoginBlockYAML"] | Schemas["WaitBlockYAML"] | Schemas["HumanInteractionBlockYAML"] | Schemas["FileDownloadBlockYAML"] | Schemas["DataExportBlockYAML"] | Schemas["TerminateBlockYAML"] | Schemas["UrlBlockYAML"] | Schemas["PDFParserBlockYAML"] | Schemas["TaskV2BlockYAML"] | Schemas["HttpRequestBlockYAML"] | Schemas["WebSearchBlockYAML"] | Schemas["ConditionalBlockYAML"] | Schemas["PrintPageBlockYAML"] | Schemas["PdfFillBlockYAML"] | Schemas["SplitPdfBlockYAML"] | Schemas["WorkflowTriggerBlockYAML"] | Schemas["GoogleSheetsReadBlockYAML"] | Schemas["EmailInboxBlockYAML"] | Schemas["GoogleSheetsWriteBlockYAML"])[];
    finally_block_label?: string | null;
    error_code_mapping?: {
      [key: string]: string;
    } | null;
    retry_policy?: Schemas["WorkflowRetryPolicy"] | null;
    workflow_system_prompt?: string | null;
    completion_contract?: {
      [key: string]: unknown;
    } | null;
    browser_settings?: Schemas["BrowserSettings"] | null;
  };
  WorkflowParameter: {
    parameter_type: "workflow";
    key: string;
    description?: string | null;
    workflow_parameter_id: string;
    workflow_parameter_type: Schemas["WorkflowParameterType"];
    workflow_id: string;
    default_value?: string | number | boolean | {
      [key: string]: unknown;
    } | unknown[] | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  WorkflowParameterType: "string" | "integer" | "float" | "boolean" | "json" | "file_url" | "credential_id";
  WorkflowParameterYAML: {
    parameter_type: "workflow";
    key: string;
    description?: string | null;
    workflow_parameter_type: Schemas["WorkflowParameterType"];
    default_value?: string | number | boolean | {
      [key: string]: unknown;
    } | unknown[] | null;
  };
  WorkflowRequest: {
    json_definition?: Schemas["WorkflowCreateYAMLRequest"] | null;
    yaml_definition?: string | null;
  };
  WorkflowRetryPolicy: {
    max_retries?: number;
    delay_seconds?: number;
    webhook_on_retry?: "final_only" | "every_attempt";
    retry_on: Schemas["WorkflowRetryRule"][];
  };
  WorkflowRetryRule: {
    status: "completed" | "failed" | "terminated" | "canceled" | "timed_out";
    error_codes?: string[] | null;
  };
  WorkflowRun: {
    workflow_run_id: string;
    workflow_id: string;
    workflow_permanent_id: string;
    organization_id: string;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    browser_seed_source?: Schemas["BrowserSeedSource"] | null;
    browser_sink_profile_id?: string | null;
    start_fresh_browser?: boolean | null;
    reuse_browser_session?: boolean | null;
    debug_session_id?: string | null;
    status: Schemas["WorkflowRunStatus"];
    attempt?: number;
    retry_pending?: boolean;
    next_attempt_at?: string | null;
    attempts?: Schemas["WorkflowRunAttempt"][];
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    webhook_callback_url?: string | null;
    webhook_failure_reason?: string | null;
    totp_verification_url?: string | null;
    totp_identifier?: string | null;
    failure_reason?: string | null;
    failure_category?: {
      [key: string]: unknown;
    }[] | null;
    retried_from_workflow_run_id?: string | null;
    fallback_attempt?: number | null;
    parent_workflow_run_id?: string | null;
    workflow_title?: string | null;
    max_screenshot_scrolls?: number | null;
    max_elapsed_time_minutes?: number | null;
    browser_address?: string | null;
    run_with?: string | null;
    browser_type?: string | null;
    browser_settings?: Schemas["BrowserSettings"] | null;
    browser_settings_receipt?: Schemas["BrowserSettingsReceipt"] | null;
    script_run?: Schemas["ScriptRunResponse"] | null;
    job_id?: string | null;
    depends_on_workflow_run_id?: string | null;
    sequential_key?: string | null;
    sequential_credential_id?: string | null;
    ai_fallback?: boolean | null;
    code_gen?: boolean | null;
    trigger_type?: Schemas["WorkflowRunTriggerType"] | null;
    workflow_schedule_id?: string | null;
    ignore_inherited_workflow_system_prompt?: boolean;
    copilot_session_id?: string | null;
    created_by?: string | null;
    credits_used?: number;
    cached_credits_used?: number;
    queued_at?: string | null;
    started_at?: string | null;
    finished_at?: string | null;
    created_at: string;
    modified_at: string;
  };
  WorkflowRunAttempt: {
    attempt_number: number;
    status: Schemas["RunStatus"];
    failure_reason?: string | null;
    error_codes?: string[];
    started_at?: string | null;
    finished_at?: string | null;
    retry_decision?: string | null;
    decision_reason?: string | null;
    next_attempt_at?: string | null;
    webhook_sent_at?: string | null;
  };
  WorkflowRunBlock: {
    workflow_run_block_id: string;
    block_workflow_run_id?: string | null;
    workflow_run_id: string;
    attempt_number?: number | null;
    organization_id: string;
    description?: string | null;
    parent_workflow_run_block_id?: string | null;
    block_type: Schemas["BlockType"];
    label?: string | null;
    status?: string | null;
    output?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    continue_on_failure?: boolean;
    failure_reason?: string | null;
    error_codes?: string[];
    engine?: Schemas["RunEngine"] | null;
    task_id?: string | null;
    url?: string | null;
    final_url?: string | null;
    finish_reason?: string | null;
    navigation_goal?: string | null;
    navigation_payload?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    data_extraction_goal?: string | null;
    data_schema?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    terminate_criterion?: string | null;
    complete_criterion?: string | null;
    actions?: Schemas["Action"][];
    created_at: string;
    modified_at: string;
    include_action_history_in_verification?: boolean | null;
    include_extracted_text?: boolean;
    duration?: number | null;
    loop_values?: unknown[] | null;
    current_value?: string | null;
    current_index?: number | null;
    recipients?: string[] | null;
    attachments?: string[] | null;
    subject?: string | null;
    body?: string | null;
    prompt?: string | null;
    instructions?: string | null;
    positive_descriptor?: string | null;
    negative_descriptor?: string | null;
    executed_branch_id?: string | null;
    executed_branch_expression?: string | null;
    executed_branch_result?: boolean | null;
    executed_branch_next_block?: string | null;
    script_run?: Schemas["ScriptRunResponse"] | null;
    downloaded_file_count?: number | null;
  };
  "WorkflowRunRequest-Input": {
    agent_id: string;
    parameters?: {
      [key: string]: unknown;
    } | null;
    title?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    webhook_url?: string | null;
    totp_url?: string | null;
    totp_identifier?: string | null;
    browser_session_id?: string | null;
    reuse_browser_session?: boolean | null;
    browser_profile_id?: string | null;
    start_fresh_browser?: boolean;
    max_screenshot_scrolls?: number | null;
    max_elapsed_time_minutes?: number | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    browser_address?: string | null;
    ai_fallback?: boolean | null;
    run_with?: string | null;
    browser_type?: string | null;
    run_metadata?: {
      [key: string]: string;
    } | null;
    file_ids?: string[] | null;
  };
  "WorkflowRunRequest-Output": {
    workflow_id: string;
    parameters?: {
      [key: string]: unknown;
    } | null;
    title?: string | null;
    proxy_location?: Schemas["ProxyLocation"] | Schemas["GeoTarget"] | {
      [key: string]: unknown;
    } | null;
    webhook_url?: string | null;
    totp_url?: string | null;
    totp_identifier?: string | null;
    browser_session_id?: string | null;
    reuse_browser_session?: boolean | null;
    browser_profile_id?: string | null;
    start_fresh_browser?: boolean;
    max_screenshot_scrolls?: number | null;
    max_elapsed_time_minutes?: number | null;
    extra_http_headers?: {
      [key: string]: string;
    } | null;
    cdp_connect_headers?: {
      [key: string]: string;
    } | null;
    browser_address?: string | null;
    ai_fallback?: boolean | null;
    run_with?: string | null;
    browser_type?: string | null;
    run_metadata?: {
      [key: string]: string;
    } | null;
    file_ids?: string[] | null;
  };
  WorkflowRunResponse: {
    run_id: string;
    status: Schemas["RunStatus"];
    output?: {
      [key: string]: unknown;
    } | unknown[] | string | null;
    downloaded_files?: Schemas["FileInfo"][] | null;
    recording_url?: string | null;
    recording_archived?: boolean;
    screenshot_urls?: string[] | null;
    failure_reason?: string | null;
    created_at: string;
    modified_at: string;
    queued_at?: string | null;
    started_at?: string | null;
    finished_at?: string | null;
    app_url?: string | null;
    browser_session_id?: string | null;
    browser_profile_id?: string | null;
    max_screenshot_scrolls?: number | null;
    script_run?: Schemas["ScriptRunResponse"] | null;
    errors?: {
      [key: string]: unknown;
    }[] | null;
    step_count?: number | null;
    run_type: "workflow_run";
    attempt?: number;
    retry_pending?: boolean;
    next_attempt_at?: string | null;
    attempts?: Schemas["WorkflowRunAttempt"][];
    run_with?: string;
    ai_fallback?: boolean | null;
    script_id?: string | null;
    browser_seed_source?: Schemas["BrowserSeedSource"] | null;
    browser_settings_receipt?: Schemas["BrowserSettingsReceipt"] | null;
    run_request?: Schemas["WorkflowRunRequest-Output"] | null;
  };
  WorkflowRunStatus: "created" | "queued" | "running" | "failed" | "terminated" | "canceled" | "timed_out" | "completed" | "paused";
  WorkflowRunTimeline: {
    type: Schemas["WorkflowRunTimelineType"];
    attempt?: number;
    block?: Schemas["WorkflowRunBlock"] | null;
    thought?: Schemas["Thought"] | null;
    children?: Schemas["WorkflowRunTimeline"][];
    created_at: string;
    modified_at: string;
  };
  WorkflowRunTimelineType: "thought" | "block";
  WorkflowRunTriggerType: "manual" | "mcp" | "api" | "scheduled" | "webhook" | "job_recipe_extract" | "job_recipe_apply";
  WorkflowSchedule: {
    workflow_schedule_id: string;
    organization_id: string;
    workflow_permanent_id: string;
    cron_expression?: string | null;
    interval_seconds?: number | null;
    first_fire_at?: string | null;
    run_at?: string | null;
    dispatch_status?: Schemas["OneTimeDispatchStatus"] | null;
    workflow_run_id?: string | null;
    timezone: string;
    enabled: boolean;
    parameters?: {
      [key: string]: unknown;
    } | null;
    temporal_schedule_id?: string | null;
    name?: string | null;
    description?: string | null;
    created_at: string;
    modified_at: string;
    deleted_at?: string | null;
  };
  WorkflowScheduleListResponse: {
    schedules: Schemas["WorkflowSchedule"][];
  };
  WorkflowScheduleResponse: {
    schedule: Schemas["WorkflowSchedule"];
    next_runs?: string[];
  };
  WorkflowScheduleUpsertRequest: {
    cron_expression?: string | null;
    interval_seconds?: number | null;
    first_fire_at?: string | null;
    run_at?: string | null;
    timezone: string;
    enabled?: boolean | null;
    parameters?: {
      [key: string]: unknown;
    } | null;
    name?: string | null;
    description?: string | null;
  };
  WorkflowStatus: "published" | "draft" | "auto_generated" | "importing" | "import_failed";
  WorkflowTagsBatchRequest: {
    workflow_permanent_ids?: string[];
  };
  WorkflowTagsBatchResponse: {
    workflow_tags: {
      [key: string]: Schemas["TagItem"][];
    };
  };
  WorkflowTriggerBlock: {
    label: string;
    next_block_label?: string | null;
    block_type: "workflow_trigger";
    output_parameter: Schemas["OutputParameter"];
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    disable_cache?: boolean;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    workflow_permanent_id: string;
    payload?: {
      [key: string]: unknown;
    } | null;
    wait_for_completion?: boolean;
    browser_session_id?: string | null;
    use_parent_browser_session?: boolean;
    parameters?: (Schemas["WorkflowParameter"] | Schemas["ContextParameter"] | Schemas["AWSSecretParameter"] | Schemas["AzureSecretParameter"] | Schemas["BitwardenLoginCredentialParameter"] | Schemas["BitwardenSensitiveInformationParameter"] | Schemas["BitwardenCreditCardDataParameter"] | Schemas["OnePasswordCredentialParameter"] | Schemas["AzureVaultCredentialParameter"] | Schemas["OutputParameter"] | Schemas["CredentialParameter"])[];
  };
  WorkflowTriggerBlockYAML: {
    block_type: "workflow_trigger";
    label: string;
    next_block_label?: string | null;
    continue_on_failure?: boolean;
    model?: {
      [key: string]: unknown;
    } | null;
    ignore_workflow_system_prompt?: boolean;
    next_loop_on_failure?: boolean;
    workflow_permanent_id: string;
    payload?: {
      [key: string]: unknown;
    } | null;
    wait_for_completion?: boolean;
    browser_session_id?: string | null;
    use_parent_browser_session?: boolean;
    parameter_keys?: string[] | null;
  };
  skyvern__forge__sdk__schemas__credentials__CredentialType: "password" | "credit_card" | "secret";
  skyvern__schemas__credential_type__CredentialType: "skyvern" | "bitwarden" | "1password" | "azure_vault";
}
