import type { DependentInput } from '../../../../toolkit/idle-inputs.ts'

/** The inputs that others depend on. */
interface Read {
  readonly promote: unknown
  readonly push: boolean
  readonly createRepository: unknown
  readonly scanGate: unknown
}

const createsNone = ({ createRepository }: Read): boolean => createRepository === undefined
const builds = ({ promote }: Read): boolean => promote === undefined
const copies = ({ promote }: Read): boolean => promote !== undefined

const CREATE = '`create-repository: true`'

/** What is built, and how: beside `promote`, which takes an image that exists, nothing is. */
const OF_BUILD = [
  ...['context', 'file', 'target', 'build-args', 'labels', 'platforms', 'secrets', 'secret-envs', 'secret-files'],
  ...['cache-from', 'cache-to', 'provenance', 'sbom', 'network', 'pull', 'no-cache', 'engine', 'builder'],
  ...['reproducible', 'skip-unchanged'],
]

/** The inputs that do something only beside others. Those that are refused alone, such as `registry`, are not in here. */
export const DEPENDENT_INPUTS: readonly DependentInput<Read>[] = [
  { input: 'repository-immutable-tags', isIdle: createsNone, needs: CREATE, level: 'warning' },
  { input: 'repository-scan-on-push', isIdle: createsNone, needs: CREATE, level: 'warning' },
  { input: 'repository-lifecycle-policy', isIdle: createsNone, needs: CREATE, level: 'warning' },
  {
    input: 'scan-timeout',
    isIdle: ({ scanGate }) => scanGate === undefined,
    needs: '`scan-gate`',
    level: 'warning',
  },
  {
    input: 'images',
    isIdle: (inputs) => copies(inputs) && !inputs.push,
    needs: '`push: true`: `promote` alone looks an image up',
    level: 'info',
  },
  ...OF_BUILD.map(
    (input) =>
      ({
        input,
        isIdle: (inputs: Read) => !builds(inputs),
        needs: 'a build, and `promote` takes an image that exists',
        level: 'info',
      }) as const,
  ),
]
