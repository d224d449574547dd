/** The package's name: the scope name of every metric. */
export const PACKAGE_NAME = 'opentelemetry-instrumentation-sse';

/** The package's version: the scope version of every metric. */
export const PACKAGE_VERSION = '0.1.0';
