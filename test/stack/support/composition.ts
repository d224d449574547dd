import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildProgram } from '../../../stack/programs.ts';
import { pathOf } from './files.ts';

/** A service as `docker compose config` prints it: every default is written out. */
interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command: readonly string[] | null;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly network_mode?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly {
    readonly host_ip?: string;
    readonly published?: string;
    readonly target: number;
  }[];
  readonly volumes?: readonly {
    readonly type: string;
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
  readonly depends_on?: Readonly<
    Record<string, { readonly condition: string }>
  >;
  readonly healthcheck?: {
    readonly disable?: boolean;
    readonly test?: readonly string[];
  };
  readonly deploy?: {
    readonly resources: {
      readonly limits: Readonly<Record<string, number | string>>;
    };
  };
}

/** docker-compose.yml with .env, as the real command understands them. */
export interface Composition {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/**
 * Runs `docker compose config`, without the variables of this shell.
 *
 * @throws Error with what it printed, when it refuses the file.
 */
export async function readComposition(): Promise<Composition> {
  // Else it reads the settings of whoever runs the tests.
  const home = mkdtempSync(join(tmpdir(), 'sse-compose-'));
  try {
    const { stdout, stderr } = await promisify(execFile)(
      await buildProgram('compose'),
      ['config', '--format', 'json'],
      {
        cwd: pathOf('.'),
        env: { PATH: process.env['PATH'], HOME: home, DOCKER_CONFIG: home },
      },
    );
    // An unset variable or an old key is only a warning to it.
    if (stderr !== '') throw new Error(stderr);
    return JSON.parse(stdout) as Composition;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
