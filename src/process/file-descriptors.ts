import { readdirSync, readFileSync, statSync } from 'node:fs';
import { report } from 'node:process';

/** Where Linux and macOS list what a process has open. */
const FOLDERS: Partial<Record<NodeJS.Platform, string>> = {
  linux: '/proc/self/fd',
  darwin: '/dev/fd',
};

const NONE = { size: 0 };

/**
 * Open file descriptors of this process; `undefined` where the system does not
 * tell. The one that reads the list is not counted.
 */
export function countFileDescriptors(): number | undefined {
  const folder = FOLDERS[process.platform];
  if (folder === undefined) return undefined;
  try {
    // Linux tells it by the size since 6.2; to list 10,000 takes 10 ms.
    const { size } = process.platform === 'linux' ? statSync(folder) : NONE;
    return size > 0 ? size : readdirSync(folder).length - 1;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // To list them takes one, and all are used.
    return code === 'EMFILE' ? readFileDescriptorLimit() : undefined;
  }
}

/**
 * The soft limit of open file descriptors; `undefined` where there is none or
 * the system does not tell.
 */
export function readFileDescriptorLimit(): number | undefined {
  const limit =
    process.platform === 'linux' ? readLinuxLimit() : readReportedLimit();
  return Number.isFinite(limit) ? limit : undefined;
}

/** The last one that was read: without a free descriptor the file cannot be opened. */
let knownLimit: number | undefined;

function readLinuxLimit(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    knownLimit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  } catch {
    // As it was.
  }
  return knownLimit;
}

/** Slow, as Node writes a whole diagnostic report: read once. */
let reportedLimit: number | undefined;

function readReportedLimit(): number | undefined {
  if (reportedLimit !== undefined) return reportedLimit;
  const { userLimits } = report.getReport() as {
    userLimits?: { open_files?: { soft?: unknown } };
  };
  reportedLimit = Number(userLimits?.open_files?.soft);
  return reportedLimit;
}
