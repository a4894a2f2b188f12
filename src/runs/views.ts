/** What is known of several runs whose events come in one stream. */
import type { RunEvent } from './events.js';
import { emptyView, type RunView, reduce } from './view.js';

export class Views {
  readonly #views = new Map<string, RunView>();

  /** @returns what is known of its run now */
  event(event: RunEvent): RunView {
    const view = reduce(this.#views.get(event.run_id) ?? emptyView(event.run_id), event);
    this.#views.set(event.run_id, view);
    return view;
  }

  /** In the order of their first events. */
  all(): readonly RunView[] {
    return [...this.#views.values()];
  }
}
