import type { ApiClient } from '../client/client.js';
import type { Op } from './journal.js';
import type { Search } from './lookUp.js';
import { taskSearch } from './startTask.js';
import { workflowSearch } from './startWorkflow.js';

/** How the run of a start that was left behind is looked for. */
export const searchOf = ({ kind }: Pick<Op, 'kind'>, { runs, sessions }: Pick<ApiClient, 'runs' | 'sessions'>): Search =>
  kind === 'task' ? taskSearch(runs, sessions) : workflowSearch(runs, sessions);
