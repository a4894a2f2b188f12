/**
 * Which workflow a definition file was made into, at which server: so that the same file changes the same workflow.
 *
 * What is remembered is only for this machine. A file that says its own `workflow_permanent_id` needs none of it.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFolder, type Owner, readIfThere, writeDurably } from '../durable.js';
import type { Paths } from '../paths.js';
import type { Random } from '../random.js';

export interface FileServer {
  readonly baseUrl: URL;
  /** The embedded server: its address changes. */
  readonly local: boolean;
}

export interface KnownWorkflow {
  readonly workflow_permanent_id: string;
  /** The version that was made of the file last. */
  readonly version: number;
}

export interface WorkflowFilesDeps {
  readonly paths: Pick<Paths, 'state'>;
  readonly owner: Owner;
  readonly random: Random;
}

export class WorkflowFiles {
  readonly #folder: string;
  readonly #deps: WorkflowFilesDeps;
  constructor(deps: WorkflowFilesDeps) {
    this.#deps = deps;
    this.#folder = join(deps.paths.state, 'workflows');
  }

  /** @param file absolute path */
  find(file: string, server: FileServer): KnownWorkflow | null {
    try {
      const known = JSON.parse(readIfThere(this.#path(file, server)) ?? 'null') as Partial<KnownWorkflow> | null;
      const { workflow_permanent_id, version } = known ?? {};
      return typeof workflow_permanent_id === 'string' && typeof version === 'number' ? { workflow_permanent_id, version } : null;
    } catch {
      return null;
    }
  }

  /** `LocalError` (17) when the disk does not let it. */
  remember(file: string, server: FileServer, { workflow_permanent_id, version }: KnownWorkflow): void {
    makePrivateFolder(this.#folder, this.#deps.owner);
    const entry = { workflow_permanent_id, version, file, base_url: server.local ? 'local' : server.baseUrl.href };
    writeDurably(this.#path(file, server), `${JSON.stringify(entry)}\n`, this.#deps.random);
  }

  #path(file: string, { baseUrl, local }: FileServer): string {
    const name = createHash('sha256')
      .update(`${local ? 'local' : baseUrl.href}\0${file}`)
      .digest('hex')
      .slice(0, 32);
    return join(this.#folder, `${name}.json`);
  }
}
