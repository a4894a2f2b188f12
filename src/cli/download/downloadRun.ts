/**
 * The files of a run into one folder: each checked, named safely, and written down in `manifest.json`.
 *
 * Here: which names, what counts as right, what is kept from an earlier call. Bytes come only from the content route of the run's own
 * server, by artifact id: the links in an artifact are `file://` on self-hosted servers, expire, and may lead anywhere.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync, renameSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ApiClient, CallOptions } from '../../client/client.js';
import type { Clock } from '../../clock.js';
import { assertOurs, type Owner, readIfThere, writeDurably } from '../../durable.js';
import { IntegrityError, LocalError, SkyvernError } from '../../errors.js';
import { withLock } from '../../lock.js';
import type { Artifact } from '../../protocol/artifact.js';
import type { Random } from '../../random.js';
import { extensionOf, HEAD_BYTES, nameFor } from './fileType.js';
import { Names, safeName } from './names.js';
import { type Arrived, fetchPart, inTheWay, publish, sha256OfFile, writeNew } from './part.js';
import { zipMember } from './zip.js';

export interface DownloadedFile {
  readonly artifact_id: string;
  readonly artifact_type: string;
  /** In the folder; null when nothing was kept. */
  readonly file: string | null;
  /** What the server calls it. */
  readonly original_name: string | null;
  readonly size_bytes: number | null;
  readonly sha256: string | null;
  /** What it was compared with: the server's checksum, its size, or nothing, where the server gives neither. */
  readonly checked: 'sha256' | 'size' | 'none';
  /** `bad`: not what the server says that it is; kept as `.bad`. `failed`: the server does not give it. */
  readonly status: 'new' | 'kept' | 'bad' | 'too_large' | 'failed';
  readonly error: string | null;
  /** The artifact's, as the server writes it: a file of an older version is fetched again. */
  readonly modified_at: string | null;
}

export interface Manifest {
  readonly tool: 'skyvern';
  readonly version: 1;
  readonly run_id: string;
  readonly server: string;
  readonly files: readonly DownloadedFile[];
}

export interface DownloadDeps {
  readonly artifacts: Pick<ApiClient['artifacts'], 'get' | 'content'>;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly random: Random;
  readonly call: CallOptions;
  onProgress(text: string): unknown;
}

export interface DownloadPlan {
  readonly runId: string;
  readonly server: string;
  readonly folder: string;
  /** Oldest first, as the server lists them, all of them: names count through the whole list. */
  readonly artifacts: readonly Artifact[];
  wanted(artifact: Artifact): boolean;
  /** Of one file. */
  readonly maxBytes: number;
}

const MANIFEST = 'manifest.json';
/** Another call at work in this folder is told of at once. */
const LOCK_PATIENCE_MS = 500;

/** Answers with the whole manifest. Rejects where going on makes no sense: the network, the disk, a trap in the folder. */
export async function downloadRun(deps: DownloadDeps, plan: DownloadPlan): Promise<Manifest> {
  const folder = openFolder(plan.folder, deps.owner);
  return withLock(join(folder, '.lock'), { ...deps, patienceMs: LOCK_PATIENCE_MS }, () => new Download(deps, plan, folder).run());
}

class Download {
  readonly #deps: DownloadDeps;
  readonly #plan: DownloadPlan;
  readonly #folder: string;
  readonly #names = new Names();
  readonly #files: Map<string, DownloadedFile>;
  /** Archives that hold several artifacts, by address: fetched once. */
  readonly #archives = new Map<string, string>();

  constructor(deps: DownloadDeps, plan: DownloadPlan, folder: string) {
    this.#deps = deps;
    this.#plan = plan;
    this.#folder = folder;
    this.#files = readManifest(join(folder, MANIFEST), plan.runId);
    this.#names.reserve(MANIFEST);
    for (const { file } of this.#files.values()) if (file !== null) this.#names.reserve(file);
  }

  async run(): Promise<Manifest> {
    const wanted = this.#plan.artifacts.filter((artifact) => this.#plan.wanted(artifact));
    try {
      for (const [index, artifact] of wanted.entries()) {
        const label = `file ${index + 1} of ${wanted.length}`;
        this.#files.set(artifact.artifact_id, this.#known(artifact) ?? (await this.#bring(artifact, label)));
        writeDurably(join(this.#folder, MANIFEST), `${JSON.stringify(this.#manifest(), null, 2)}\n`, this.#deps.random);
      }
    } finally {
      for (const archive of this.#archives.values()) unlinkSync(archive);
    }
    return this.#manifest();
  }

  #manifest(): Manifest {
    const { runId, server, artifacts } = this.#plan;
    const files = artifacts.flatMap(({ artifact_id }) => this.#files.get(artifact_id) ?? []);
    return { tool: 'skyvern', version: 1, run_id: runId, server, files };
  }

  /** What an earlier call brought, when it is still there and still that. */
  #known(artifact: Artifact): DownloadedFile | null {
    const before = this.#files.get(artifact.artifact_id);
    if (!before?.file || (before.status !== 'new' && before.status !== 'kept') || before.modified_at !== modifiedAt(artifact)) return null;
    return sha256OfFile(join(this.#folder, before.file))?.sha256 === before.sha256 ? { ...before, status: 'kept' } : null;
  }

  async #bring(artifact: Artifact, label: string): Promise<DownloadedFile> {
    try {
      return await this.#load(artifact, label);
    } catch (error) {
      if (!(error instanceof SkyvernError) || !['notFound', 'refused', 'integrity'].includes(error.exit)) throw error;
      if (error.code === 'in_the_way' || error.code === 'redirect') throw error;
      const status = error.code === 'too_large' ? 'too_large' : error.exit === 'integrity' ? 'bad' : 'failed';
      return { ...about(artifact), status, error: error.message };
    }
  }

  async #load(artifact: Artifact, label: string): Promise<DownloadedFile> {
    const part = this.#partOf(artifact);
    const known = this.#archives.get(archiveOf(artifact) ?? '');
    const arrived = known === undefined ? await this.#arrive(artifact, part, label) : null;
    const key = artifact['bundle_key'];
    if (typeof key === 'string' && (known !== undefined || (arrived && extensionOf(arrived.head) === 'zip' && !key.endsWith('.zip')))) {
      return this.#unpack(artifact, known ?? part, key);
    }
    if (arrived === null) throw new Error('an archive without a member');
    const fault = faultOf(artifact, arrived);
    if (fault !== null) {
      // A recording is replaced after the run has ended: then the list that we have is old, and not the file wrong.
      const now = await this.#deps.artifacts.get(artifact.artifact_id, this.#deps.call);
      if (modifiedAt(now) !== modifiedAt(artifact)) {
        unlinkSync(part);
        return this.#load(now, label);
      }
      return this.#quarantine(artifact, part, arrived, fault);
    }
    return this.#name(artifact, part, arrived, arrived.fileName ?? lastSegment(artifact.uri));
  }

  #arrive(artifact: Artifact, path: string, label: string): Promise<Arrived> {
    const { artifacts, call, onProgress } = this.#deps;
    return fetchPart({
      content: (offset, options) => artifacts.content(artifact.artifact_id, options, offset),
      path,
      maxBytes: this.#plan.maxBytes,
      sizeBytes: artifact.file_size,
      call,
      onProgress: (done, total) => onProgress(`${label}${total ? `: ${Math.floor((done / total) * 100)} %` : ''}`),
    });
  }

  /** The server sent the archive that the artifact lies in. */
  #unpack(artifact: Artifact, archive: string, key: string): DownloadedFile {
    this.#archives.set(archiveOf(artifact) ?? archive, archive);
    const bytes = zipMember(archive, key);
    if (bytes === null) throw new IntegrityError('no_member', `the archive that the server sent has no ${JSON.stringify(key)} in it`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const part = join(this.#folder, `${safeName(artifact.artifact_id, 'artifact')}-${sha256.slice(0, 8)}.member`);
    const there = sha256OfFile(part);
    if (there !== null) unlinkSync(part);
    writeNew(part, bytes);
    const arrived: Arrived = { sizeBytes: bytes.length, sha256, head: bytes.subarray(0, HEAD_BYTES), fileName: null };
    const fault = artifact.checksum === null ? null : faultOf({ ...artifact, file_size: null }, arrived);
    return fault === null ? this.#name(artifact, part, arrived, key) : this.#quarantine(artifact, part, arrived, fault);
  }

  #name(artifact: Artifact, part: string, arrived: Arrived, original: string | null): DownloadedFile {
    const wanted = nameFor(this.#stem(artifact, original), extensionOf(arrived.head));
    for (;;) {
      const file = this.#names.take(wanted);
      const target = join(this.#folder, file);
      const isNew = publish(part, target);
      if (!isNew && sha256OfFile(target)?.sha256 !== arrived.sha256) continue;
      if (!isNew) unlinkSync(part);
      return { ...about(artifact), ...measured(artifact, arrived), file, original_name: original, status: isNew ? 'new' : 'kept' };
    }
  }

  /** A file that a page gave keeps its name; all others are called by what they are. */
  #stem(artifact: Artifact, original: string | null): string {
    const { artifact_type: type, artifact_id: id } = artifact;
    if (type === 'download' && original) return safeName(original, 'download');
    const same = this.#plan.artifacts.filter((each) => each.artifact_type === type);
    const digits = String(same.length).length;
    const number = String(same.findIndex((each) => each.artifact_id === id) + 1).padStart(digits, '0');
    return same.length === 1 ? safeName(type, 'artifact') : `${safeName(type, 'artifact')}-${number}`;
  }

  #quarantine(artifact: Artifact, part: string, arrived: Arrived, fault: string): DownloadedFile {
    const isFree = (name: string) => lstatSync(join(this.#folder, name), { throwIfNoEntry: false }) === undefined;
    const file = this.#names.take(`${this.#stem(artifact, arrived.fileName ?? lastSegment(artifact.uri))}.bad`, isFree);
    renameSync(part, join(this.#folder, file));
    return { ...about(artifact), ...measured(artifact, arrived), file, original_name: arrived.fileName, status: 'bad', error: fault };
  }

  /** Another version of the artifact has another part: bytes of two are never put together. */
  #partOf(artifact: Artifact): string {
    const version = JSON.stringify([artifact.artifact_id, artifact.checksum, artifact.file_size, modifiedAt(artifact), artifact.uri]);
    const mark = createHash('sha256').update(version).digest('hex').slice(0, 8);
    return join(this.#folder, `${safeName(artifact.artifact_id, 'artifact')}-${mark}.part`);
  }
}

/** The folder's real path: private when it is made here, never a link, never somebody else's. */
function openFolder(folder: string, owner: Owner): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') throw inTheWay(folder);
    throw new LocalError('no_folder', `cannot make the folder ${folder}: ${code}`, { hint: 'choose another one with --dir', cause: error });
  }
  if (lstatSync(folder).isSymbolicLink()) throw inTheWay(folder);
  assertOurs(folder, owner);
  return realpathSync(folder);
}

function readManifest(path: string, runId: string): Map<string, DownloadedFile> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) throw inTheWay(path);
  const text = readIfThere(path);
  if (text === null) return new Map();
  const foreign = new LocalError('foreign_manifest', `${path} was not written for the run ${runId}`, {
    hint: 'choose another folder with --dir',
  });
  try {
    const manifest = JSON.parse(text) as Partial<Manifest>;
    if (manifest.tool !== 'skyvern' || manifest.run_id !== runId || !Array.isArray(manifest.files)) throw foreign;
    // The file may have been changed: a name out of it must be one that we could have given.
    const ours = manifest.files.filter(({ file }) => file === null || (typeof file === 'string' && safeName(file, '') === file));
    return new Map(ours.map((file) => [file.artifact_id, file]));
  } catch {
    throw foreign;
  }
}

/** Why these bytes are not the artifact; null when nothing speaks against it. */
function faultOf({ checksum, file_size }: Artifact, { sha256, sizeBytes }: Arrived): string | null {
  if (checksum !== null && checksum.toLowerCase() !== sha256) return `SHA-256 is ${sha256}, the server says ${checksum}`;
  if (checksum === null && file_size !== null && file_size !== sizeBytes) return `${sizeBytes} bytes came, the server says ${file_size}`;
  return null;
}

const about = (artifact: Artifact): DownloadedFile => ({
  artifact_id: artifact.artifact_id,
  artifact_type: artifact.artifact_type,
  file: null,
  original_name: lastSegment(artifact.uri),
  size_bytes: null,
  sha256: null,
  checked: 'none',
  status: 'failed',
  error: null,
  modified_at: modifiedAt(artifact),
});

const measured = ({ checksum, file_size, bundle_key }: Artifact, { sizeBytes, sha256 }: Arrived) => ({
  size_bytes: sizeBytes,
  sha256,
  checked: checksum !== null ? ('sha256' as const) : file_size !== null && !bundle_key ? ('size' as const) : ('none' as const),
});

const modifiedAt = (artifact: Artifact): string | null => (typeof artifact['modified_at'] === 'string' ? artifact['modified_at'] : null);

const archiveOf = ({ uri, bundle_key }: Artifact): string | null => (bundle_key ? uri : null);

/** What stands last in an address, read as a person would. */
function lastSegment(uri: string | null): string | null {
  if (uri === null) return null;
  const path = URL.canParse(uri) ? new URL(uri).pathname : uri;
  try {
    return basename(decodeURIComponent(path)) || null;
  } catch {
    return basename(path) || null;
  }
}
