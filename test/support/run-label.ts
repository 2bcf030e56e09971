import { randomUUID } from 'node:crypto'

/**
 * Label of what a file of tests has on the Docker engine, another for each. It begins with the name of the test run, by which
 * script/run-tests.ts finds the containers of a run that is ended early (script/lib/containers.ts).
 */
export const runLabel = (): string =>
  `${(process.env['SLIPWAY_TEST_RUN'] ?? '').slice(0, 8)}${randomUUID().slice(0, 8)}`
