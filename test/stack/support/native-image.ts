import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Dockerfile, reachesBuilder } from './dockerfile.ts';
import { pathOf } from './files.ts';

/** What a stage of a Dockerfile leaves, in a folder instead of an image. */
export interface NativeImage {
  /** Stands for `/`. */
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly command: readonly string[];
  readonly health: readonly string[];
}

/** Does what a container engine does with a Dockerfile, without one. */
export interface NativeBuilder extends Disposable {
  /** Users other than this one can read it. */
  readonly folder: string;
  /** @throws Error for a step that fails, or that it does not know. */
  build(stage: string): NativeImage;
}

/** The files of the base image are those of this machine. */
const EMPTY = { workdir: '/', env: {}, user: '0', command: [], health: [] };

/** Runs the steps of a Dockerfile, each stage once. */
export function createNativeBuilder({ stages }: Dockerfile): NativeBuilder {
  const folder = mkdtempSync(join(tmpdir(), 'sse-image-'));
  chmodSync(folder, 0o755);
  const built = new Map<string, NativeImage>();

  function build(name: string): NativeImage {
    const done = built.get(name);
    if (done !== undefined) return done;
    const stage = stages.get(name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    const root = join(folder, name);
    // What a try that failed has left.
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    let image: NativeImage = { ...EMPTY, root };
    if (stages.has(stage.base)) {
      const base = build(stage.base);
      cpSync(base.root, root, { recursive: true });
      image = { ...base, root };
    }
    for (const { keyword, text } of stage.instructions) {
      image = apply(image, keyword, text);
    }
    built.set(name, image);
    return image;
  }

  function apply(
    image: NativeImage,
    keyword: string,
    text: string,
  ): NativeImage {
    const cwd = join(image.root, image.workdir);
    switch (keyword) {
      case 'WORKDIR':
        mkdirSync(join(image.root, text), { recursive: true });
        return { ...image, workdir: text };
      case 'ENV':
        return { ...image, env: { ...image.env, ...parseVariables(text) } };
      case 'USER':
        return { ...image, user: text };
      case 'CMD':
        return { ...image, command: JSON.parse(text) as string[] };
      case 'HEALTHCHECK':
        return { ...image, health: parseHealth(text) };
      case 'EXPOSE':
        return image;
      case 'COPY':
        copy(text, cwd, (stage) => build(stage).root);
        return image;
      case 'RUN':
        runStep(text, cwd);
        return image;
      default:
        throw new Error(`${keyword} ${text}`);
    }
  }

  return {
    folder,
    build,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function copy(
  text: string,
  cwd: string,
  rootOf: (stage: string) => string,
): void {
  const words = text.split(' ');
  const stage = /^--from=(.*)$/.exec(words[0] ?? '')?.[1];
  if (stage !== undefined) words.shift();
  const target = join(cwd, words.pop() ?? '');
  for (const word of words) {
    if (stage === undefined && !reachesBuilder(word)) {
      throw new Error(`${word} is left out by .dockerignore`);
    }
    const from = stage === undefined ? pathOf(word) : join(rootOf(stage), word);
    const sources = from.includes('*') ? globSync(from) : [from];
    if (sources.length === 0) throw new Error(`COPY ${text}: nothing there`);
    for (const source of sources) copyOne(source, target);
  }
}

/** Of a folder its content, as `COPY` does; what was installed in it stays out. */
function copyOne(source: string, target: string): void {
  const isFolder = statSync(source).isDirectory();
  const filter = (path: string) =>
    !path.startsWith(pathOf('.')) || basename(path) !== 'node_modules';
  mkdirSync(target, { recursive: true });
  cpSync(source, isFolder ? target : join(target, basename(source)), {
    recursive: true,
    filter,
  });
}

/** A step that takes longer hangs. */
const STEP_MS = 100_000;
/** What `npm ci` makes of the package's own lock file is in the repository. */
const INSTALL_ALL = /^npm ci (?!.*--omit=dev)/;

function runStep(command: string, cwd: string): void {
  if (INSTALL_ALL.test(command)) {
    symlinkSync(pathOf('node_modules'), join(cwd, 'node_modules'));
    return;
  }
  try {
    const path = `${pathOf('node_modules/.bin')}:${process.env['PATH']}`;
    execFileSync('sh', ['-c', command], {
      cwd,
      env: { ...process.env, PATH: path },
      stdio: 'pipe',
      timeout: STEP_MS,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    throw new Error(`RUN ${command}\n${stdout}${stderr}`);
  }
}

function parseVariables(text: string): Record<string, string> {
  return Object.fromEntries(text.split(' ').map((part) => part.split('=')));
}

function parseHealth(text: string): string[] {
  const [, json = ''] = /^(?:--\S+ )*CMD (\[.*\])$/.exec(text) ?? [];
  return JSON.parse(json) as string[];
}
