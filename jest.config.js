import { join } from 'node:path'

// What tests run inherits these. Compiled code of actions is kept, which halves the time that a step takes to start.
// Terraform and its AWS provider collect garbage less often, which saves a fifth of their processor time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '.rehearsal/compile-cache')
process.env.GOGC ??= '400'

const project = (name, extra = {}) => ({
  displayName: name,
  cacheDirectory: '<rootDir>/.rehearsal/jest-cache',
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/script/lib/test-environment.js',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/.rehearsal/', '<rootDir>/actions/[^/]+/dist/'],
  transformIgnorePatterns: ['/node_modules/(?!@actions/workflow-parser/)'],
  transform: {
    '/@actions/workflow-parser/.*\\.js$': '<rootDir>/script/lib/json-imports.js',
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  ...extra,
})

export default {
  projects: [project('unit'), project('integration'), project('e2e')],
  testSequencer: '<rootDir>/script/lib/longest-first.js',
  // Guards against a hang, and not against a slow machine: no test states a time of its own below this.
  testTimeout: 600_000,
}
