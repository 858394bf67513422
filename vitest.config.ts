import { defineConfig } from 'vitest/config';

/** Two projects: the pure rooms share one realm (fast), whatever touches the host is isolated. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/{engine,sim,property}/**/*.test.ts'],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'host',
          include: ['test/{tidy,cli,reports,scenarios,determinism,conformance,mutation}/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
    ],
  },
});
