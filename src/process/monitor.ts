import type { MeterBinding } from '../metrics/meter-binding.ts';
import { observeProcess } from '../metrics/process-metrics.ts';
import { monitorEventLoop } from './event-loop.ts';
import {
  countFileDescriptors,
  readFileDescriptorLimit,
} from './file-descriptors.ts';
import { readUsage } from './usage.ts';

/**
 * Reports the figures of this process.
 *
 * @param isUptimeOnly - leaves out everything that can be switched off.
 * @returns its undo.
 */
export function monitorProcess(
  binding: MeterBinding,
  isUptimeOnly: boolean,
): () => void {
  if (isUptimeOnly) {
    return binding.use((meter) =>
      observeProcess(meter, () => ({ uptime: process.uptime() })),
    );
  }
  const eventLoop = monitorEventLoop();
  const leave = binding.use((meter) =>
    observeProcess(meter, () => ({
      uptime: process.uptime(),
      fileDescriptorCount: countFileDescriptors(),
      fileDescriptorLimit: readFileDescriptorLimit(),
      ...readUsage(),
      ...eventLoop.read(),
    })),
  );
  return () => {
    leave();
    eventLoop.stop();
  };
}
