/** The parts of the client that have a name of their own. */
import type { Wire } from '../../protocol/decode.js';
import type { Schedule, ScheduleAnswer, ScheduleBody, SchedulePage } from '../../protocol/schedule.js';
import type { ArtifactContent } from '../client.js';
import type { ApiPromise, Caller } from './apiPromise.js';
import { type RequestOptions, withQuery } from './options.js';
import { type Shape, unpack } from './requests.js';

export class Schedules {
  readonly #client: Caller;
  constructor(client: Caller) {
    this.#client = client;
  }

  /** `GET /v1/schedules`: one page of the schedules of all workflows. */
  listAll(
    request?: { readonly page?: number; readonly page_size?: number; readonly status?: string; readonly search?: string },
    options?: RequestOptions,
  ): ApiPromise<SchedulePage> {
    return this.#client.call(options, (api, call) => api.schedules.listAll({}, withQuery(call, request)));
  }

  /** `GET /v1/workflows/{wpid}/schedules`. */
  list(workflowId: string, options?: RequestOptions): ApiPromise<{ readonly schedules: Schedule[] }> {
    return this.#client.call(options, async (api, call) => ({ schedules: await api.schedules.list(workflowId, call) }));
  }

  /** `POST /v1/workflows/{wpid}/schedules`. */
  create(workflowId: string, request: Shape<ScheduleBody>, options?: RequestOptions): ApiPromise<ScheduleAnswer> {
    return this.#client.call(options, (api, call) => api.schedules.create(workflowId, unpack(request), call));
  }

  /** `GET /v1/workflows/{wpid}/schedules/{wfs}`. */
  get(workflowId: string, scheduleId: string, options?: RequestOptions): ApiPromise<ScheduleAnswer> {
    return this.#client.call(options, (api, call) => api.schedules.get(workflowId, scheduleId, call));
  }

  /** `PUT /v1/workflows/{wpid}/schedules/{wfs}`: replaces it. Parameters, name and description that are left out are gone. */
  update(workflowId: string, scheduleId: string, request: Shape<ScheduleBody>, options?: RequestOptions): ApiPromise<ScheduleAnswer> {
    return this.#client.call(options, (api, call) => api.schedules.update(workflowId, scheduleId, unpack(request), call));
  }

  /** `POST /v1/workflows/{wpid}/schedules/{wfs}/enable`. */
  enable(workflowId: string, scheduleId: string, options?: RequestOptions): ApiPromise<ScheduleAnswer> {
    return this.#client.call(options, (api, call) => api.schedules.enable(workflowId, scheduleId, call));
  }

  /** `POST /v1/workflows/{wpid}/schedules/{wfs}/disable`. */
  disable(workflowId: string, scheduleId: string, options?: RequestOptions): ApiPromise<ScheduleAnswer> {
    return this.#client.call(options, (api, call) => api.schedules.disable(workflowId, scheduleId, call));
  }

  /** `POST /v1/workflows/{wpid}/schedules/{wfs}/cancel`: of one that runs once and has not yet. */
  cancel(workflowId: string, scheduleId: string, options?: RequestOptions): ApiPromise<ScheduleAnswer> {
    return this.#client.call(options, (api, call) => api.schedules.cancel(workflowId, scheduleId, call));
  }

  /** `DELETE /v1/workflows/{wpid}/schedules/{wfs}`. */
  delete(workflowId: string, scheduleId: string, options?: RequestOptions): ApiPromise<void> {
    return this.#client.call(options, (api, call) => api.schedules.delete(workflowId, scheduleId, call));
  }
}

export class Agents {
  readonly #client: Caller;
  constructor(client: Caller) {
    this.#client = client;
  }

  /** `POST /v1/workflows/{wpid}/browser_session/reset_profile`: drops the browser profile that the workflow keeps. */
  resetWorkflowBrowserProfile(workflowId: string, options?: RequestOptions): ApiPromise<void> {
    return this.#client.call(options, (api, call) => api.workflows.resetProfile(workflowId, call));
  }
}

export class Artifacts {
  readonly #client: Caller;
  constructor(client: Caller) {
    this.#client = client;
  }

  /** `GET /v1/artifacts/{id}/content`, streamed: the bytes are in `body`, whatever they are. */
  getArtifactContent(artifactId: string, options?: RequestOptions): ApiPromise<ArtifactContent> {
    return this.#client.call(options, (api, call) => api.artifacts.content(artifactId, call));
  }
}

export class Scripts {
  readonly #client: Caller;
  constructor(client: Caller) {
    this.#client = client;
  }

  /** `POST /v1/scripts/{id}/run`: servers up to 1.0.56 refuse it. */
  runScript(scriptId: string, options?: RequestOptions): ApiPromise<Wire> {
    return this.#client.call(options, (api, call) => api.scripts.run(scriptId, call));
  }
}
