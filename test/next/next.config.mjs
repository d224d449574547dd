// What scripts/packed/next.ts builds and starts in several ways.
export default {
  compress: process.env.COMPRESS !== 'no',
  ...(process.env.STANDALONE === 'yes' && {
    output: 'standalone',
    distDir: '.next-standalone',
    // Nothing of the application imports what a flag preloads.
    outputFileTracingIncludes: {
      '/*': [
        'node_modules/opentelemetry-instrumentation-sse/**/*',
        'node_modules/@opentelemetry/**/*',
      ],
    },
  }),
};
