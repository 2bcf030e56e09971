const project = (name, extra = {}) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/.rehearsal/', '<rootDir>/actions/[^/]+/dist/'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  ...extra,
})

export default {
  projects: [project('unit'), project('integration'), project('e2e')],
  // Guards against a hang, and not against a slow machine: no test states a time of its own below this.
  testTimeout: 600_000,
}
