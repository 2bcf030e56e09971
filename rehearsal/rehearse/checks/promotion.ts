// Checks that prod runs the same image as stage: copied from stage's registry to prod's own account, and not built again.
import type { Entry } from './journal.ts'

/** An image in an AWS account's registry, pinned to its digest. */
export interface DeployedImage {
  readonly account: string
  readonly image: string
}

/** The digest in an image reference; empty without one. */
export const digestOf = (image: string): string => /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? ''

/** Problems with a promotion. `entries` are the journal's since it began. */
export function checkPromotion(entries: readonly Entry[], stage: DeployedImage, prod: DeployedImage): string[] {
  const digest = digestOf(stage.image)
  const registry = entries.filter(({ type }) => type === 'registry')
  const read = registry.filter(
    (entry) => entry['registry'] === stage.account && entry['account'] === prod.account && gave(entry),
  )
  const own = registry.filter((entry) => entry['registry'] === prod.account)
  const pulled = pulledBy(own, digest).some((role) => !read.some((entry) => entry['role'] === role))
  const built = layersOfItsOwn(own, read)
  const elsewhere = callsElsewhere(entries, prod.account)

  const problems = [
    digest !== '' && digest === digestOf(prod.image)
      ? undefined
      : `it deploys ${prod.image || 'no image'}, but stage ran ${stage.image || 'none'}`,
    read.some(({ what }) => what === 'manifest')
      ? undefined
      : `account ${prod.account} did not read an image from stage's registry`,
    built.length === 0
      ? undefined
      : `an image was built: ${built.length} layers are not from stage's registry, such as ${built[0]}`,
    pulled ? undefined : `no task pulled ${digest || 'the image'} from the registry of account ${prod.account}`,
    elsewhere.length === 0
      ? undefined
      : `${elsewhere.length} calls were made outside account ${prod.account}, such as ${elsewhere[0]}`,
  ]
  return problems.filter((problem) => problem !== undefined)
}

const gave = (entry: Entry) => entry['method'] === 'GET' && entry['status'] === 200

/** Roles that read the image's manifest. The engine reads no layers of an image that it already has, such as stage's. */
const pulledBy = (registry: readonly Entry[], digest: string) =>
  registry
    .filter((entry) => entry['what'] === 'manifest' && entry['reference'] === digest && entry['status'] === 200)
    .map((entry) => entry['role'])

/** Layers that were missing in prod's registry and not read from stage's. Only a build produces such layers. */
function layersOfItsOwn(own: readonly Entry[], read: readonly Entry[]): string[] {
  const given = new Set(read.map((entry) => entry['reference']))
  const missing = own.filter(
    (entry) => entry['what'] === 'blob' && entry['method'] === 'HEAD' && entry['status'] === 404,
  )
  return [...new Set(missing.map((entry) => String(entry['reference'])))].filter((layer) => !given.has(layer))
}

/** Calls of roles in other accounts, except STS calls, which assume the role of this account. */
function callsElsewhere(entries: readonly Entry[], account: string): string[] {
  return entries
    .filter((entry) => entry.type === 'api' && entry['role'] !== undefined && entry['account'] !== account)
    .filter((entry) => entry['service'] !== 'sts')
    .map((entry) => `${entry['service']}:${entry['action']} in ${entry['account']}`)
}
