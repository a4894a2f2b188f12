/** What to type about a run. */

/** The way back to a run, complete in itself. */
export const watchCommand = (runId: string): string => `skyvern run watch ${runId}`;
export const timelineCommand = (runId: string): string => `skyvern run timeline ${runId}`;
export const reportCommand = (runId: string): string => `skyvern run report ${runId} --open`;
export const outputCommand = (runId: string): string => `skyvern run output ${runId}`;
export const downloadCommand = (runId: string): string => `skyvern run download ${runId}`;
export const retryCommand = (runId: string): string => `skyvern run retry ${runId}`;
