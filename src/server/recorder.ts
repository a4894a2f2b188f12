import type { ActionRecord, DownloadedFile, EvidenceFile, Recorder, StepEnd } from '../engine/task.js';
import type { ArtifactFiles } from './artifactFiles.js';
import type { Pauses } from './pauses.js';
import type { Lease, Queue } from './queue.js';
import type { Store } from './store.js';

/** Pictures and texts of one run, in bytes: a run of many steps goes on without. */
const MAX_EVIDENCE_BYTES = 1024 ** 3;

/** Writes what an engine does, each call under the fence of its lease: the engine is stopped by `LeaseLost`. */
export function createRecorder(
  lease: Lease,
  store: Store,
  queue: Queue,
  files: ArtifactFiles,
  pauses: Pauses,
  signal: AbortSignal,
  log: (line: string) => void,
  limitBytes = MAX_EVIDENCE_BYTES,
): Recorder {
  const { runId } = lease;
  let evidenceBytes = 0;
  const isKept = (bytes: number): boolean => {
    evidenceBytes += bytes;
    return evidenceBytes <= limitBytes;
  };
  return {
    async acting() {
      queue.beginActing(lease);
    },
    async stepStarted(order) {
      queue.write(lease, () => store.insertStep(runId, order));
    },
    async action(stepOrder, action: ActionRecord) {
      const picture = isKept(action.screenshot?.length ?? 0) ? action.screenshot : null;
      const screenshot = picture && { id: store.newId('a'), png: picture };
      const saved = screenshot && (await files.saveScreenshot(runId, screenshot.id, screenshot.png));
      queue.writeAction(lease, () => {
        const stepId = store.stepId(runId, stepOrder);
        if (stepId === null) throw new Error(`an action was recorded for step ${stepOrder}, which was never started`);
        if (screenshot && saved) {
          const row = { run_id: runId, step_id: stepId, artifact_type: 'screenshot_action', file_name: null, ...saved };
          store.insertArtifact(screenshot.id, row);
        }
        store.insertAction(runId, stepId, stepOrder, action, screenshot?.id ?? null);
      });
    },
    async stepEnded(order, { status, isLast, usage }: StepEnd) {
      queue.write(lease, () => store.endStep(runId, order, status, isLast, usage));
    },
    async stepArtifact(stepOrder, { type, content }) {
      if (!isKept(content.length)) return;
      const id = store.newId('a');
      const saved =
        typeof content === 'string' ? await files.saveText(runId, `${id}.txt`, content) : await files.saveScreenshot(runId, id, content);
      queue.writeAction(lease, () => {
        store.insertArtifact(id, {
          run_id: runId,
          step_id: store.stepId(runId, stepOrder),
          artifact_type: type,
          file_name: null,
          ...saved,
        });
      });
    },
    async thought(thought) {
      queue.write(lease, () => store.insertThought(runId, thought));
    },
    async downloaded(file: DownloadedFile) {
      const saved = await files.adopt(file.path, file.sizeBytes, file.checksum);
      queue.writeAction(lease, () => {
        store.insertArtifact(store.newId('a'), {
          run_id: runId,
          step_id: null,
          artifact_type: 'download',
          file_name: file.name,
          ...saved,
        });
      });
    },
    async subtaskStarted(firstStep, part) {
      queue.write(lease, () => store.insertSubtask(runId, firstStep, part));
    },
    async subtaskEnded(end) {
      queue.write(lease, () => store.endSubtask(runId, end));
    },
    async askPerson(instructions) {
      queue.pause(lease, instructions);
      const answer = await pauses.wait(runId, signal);
      queue.pause(lease, null);
      return answer;
    },
    async evidence({ type, path, sizeBytes, checksum }: EvidenceFile) {
      try {
        const saved = await files.adopt(path, sizeBytes, checksum);
        queue.writeEvidence(lease, () => {
          store.insertArtifact(store.newId('a'), { run_id: runId, step_id: null, artifact_type: type, file_name: null, ...saved });
        });
      } catch (error) {
        log(`${runId}: its ${type} could not be kept: ${error instanceof Error ? error.message : error}`);
      }
    },
  };
}
