import { defineConfig } from "vitest/config";

// On a machine that does much else, what comes soon may come late: a wait that is too short is a failure without a fault.
const common = { testTimeout: 30_000, hookTimeout: 30_000, expect: { poll: { timeout: 20_000 } } };

// One workerd per test file. A project per runner, so that each can be run and counted alone.
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: "workerd", include: ["tests/workerd/**/*.test.ts"] } },
      // Some hundred requests a test, and a worker that is started twice.
      { test: { ...common, testTimeout: 90_000, name: "mixed", include: ["tests/mixed/**/*.test.ts"] } },
      { test: { ...common, name: "page", include: ["tests/page/**/*.test.ts"] } },
      { test: { ...common, name: "native-example", include: ["tests/native/**/*.test.ts"] } },
      { test: { ...common, name: "client", include: ["tests/client/**/*.test.ts"] } },
      // Once in some runs a window of Chromium's hangs on a busy machine. Only CI tries such a test again, and says so.
      { test: { ...common, name: "chromium", include: ["tests/chromium/**/*.test.ts"], retry: process.env.CI ? 1 : 0 } },
    ],
  },
});
