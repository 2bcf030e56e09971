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
  // Integration and e2e tests start a Docker engine's containers and Terraform; each states its own need above this.
  testTimeout: 60_000,
}
