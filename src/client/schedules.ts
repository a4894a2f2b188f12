import { asObject, listOf } from '../protocol/decode.js';
import {
  decodeSchedule,
  decodeScheduleAnswer,
  decodeSchedulePage,
  type Schedule,
  type ScheduleAnswer,
  type ScheduleBody,
  type SchedulePage,
} from '../protocol/schedule.js';
import type { CallOptions, Http } from './http.js';

const segment = encodeURIComponent;
const path = (workflowId: string) => `/v1/workflows/${segment(workflowId)}/schedules`;

/** Query of `GET /v1/schedules`. */
export interface ScheduleListQuery {
  readonly page?: number;
  /** 1..100. */
  readonly pageSize?: number;
  /** `active` or `paused`. */
  readonly status?: string;
  /** In the name, or the title of the workflow. */
  readonly search?: string;
}

/** `/v1/workflows/{wpid}/schedules`, and `/v1/schedules` for those of all workflows. */
export class SchedulesApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/schedules`: one page of all there are, newest first. */
  listAll({ page, pageSize, status, search }: ScheduleListQuery = {}, call?: CallOptions): Promise<SchedulePage> {
    return this.#http.get('/v1/schedules', decodeSchedulePage, { query: { page, page_size: pageSize, status, search }, call });
  }

  /** `GET .../schedules`: all of one workflow. */
  list(workflowId: string, call?: CallOptions): Promise<Schedule[]> {
    return this.#http.get(path(workflowId), (value) => listOf(asObject(value)['schedules'], 'schedules', decodeSchedule), { call });
  }

  /** `POST .../schedules`. */
  create(workflowId: string, body: ScheduleBody, call?: CallOptions): Promise<ScheduleAnswer> {
    return this.#http.post(path(workflowId), body, decodeScheduleAnswer, call);
  }

  /** `GET .../schedules/{wfs}`. */
  get(workflowId: string, scheduleId: string, call?: CallOptions): Promise<ScheduleAnswer> {
    return this.#http.get(`${path(workflowId)}/${segment(scheduleId)}`, decodeScheduleAnswer, { call });
  }

  /** `PUT .../schedules/{wfs}`: replaces it. Parameters, name and description that are left out are gone. */
  update(workflowId: string, scheduleId: string, body: ScheduleBody, call?: CallOptions): Promise<ScheduleAnswer> {
    return this.#http.change({ method: 'PUT', path: `${path(workflowId)}/${segment(scheduleId)}`, body }, decodeScheduleAnswer, call);
  }

  /** `POST .../schedules/{wfs}/enable`. */
  enable(workflowId: string, scheduleId: string, call?: CallOptions): Promise<ScheduleAnswer> {
    return this.#http.post(`${path(workflowId)}/${segment(scheduleId)}/enable`, undefined, decodeScheduleAnswer, call);
  }

  /** `POST .../schedules/{wfs}/disable`. */
  disable(workflowId: string, scheduleId: string, call?: CallOptions): Promise<ScheduleAnswer> {
    return this.#http.post(`${path(workflowId)}/${segment(scheduleId)}/disable`, undefined, decodeScheduleAnswer, call);
  }

  /** `POST .../schedules/{wfs}/cancel`: of one that runs once and has not yet. */
  cancel(workflowId: string, scheduleId: string, call?: CallOptions): Promise<ScheduleAnswer> {
    return this.#http.post(`${path(workflowId)}/${segment(scheduleId)}/cancel`, undefined, decodeScheduleAnswer, call);
  }

  /** `DELETE .../schedules/{wfs}`: runs that it started go on. */
  delete(workflowId: string, scheduleId: string, call?: CallOptions): Promise<void> {
    return this.#http.change({ method: 'DELETE', path: `${path(workflowId)}/${segment(scheduleId)}` }, () => undefined, call);
  }
}
