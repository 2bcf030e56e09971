// Whether prod runs the very image that stage ran: taken from stage's registry, in prod's own account, built by nobody.
import type { Entry } from './journal.ts'

/** An image in an AWS account's registry, pinned to its digest. */
export interface Shipped {
  readonly account: string
  readonly image: string
}

/** The digest that a reference is pinned to; '' where it is not. */
export const digestOf = (image: string): string => /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? ''

/** What is wrong with a promotion, by the entries of the journal since it began. */
export function judgePromotion(entries: readonly Entry[], stage: Shipped, prod: Shipped): string[] {
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
      : `it ships ${prod.image || 'no image'}, and stage ran ${stage.image || 'none'}`,
    read.some(({ what }) => what === 'manifest')
      ? undefined
      : `account ${prod.account} never read an image from the registry of stage`,
    built.length === 0
      ? undefined
      : `something was built: ${built.length} layers came from elsewhere than the registry of stage, such as ${built[0]}`,
    pulled ? undefined : `no task pulled ${digest || 'the image'} from the registry of account ${prod.account}`,
    elsewhere.length === 0
      ? undefined
      : `${elsewhere.length} calls were made outside account ${prod.account}, such as ${elsewhere[0]}`,
  ]
  return problems.filter((problem) => problem !== undefined)
}

const gave = (entry: Entry) => entry['method'] === 'GET' && entry['status'] === 200

/** The roles that were told of an image. The engine asks for no more of one that it has, such as of stage's tasks. */
const pulledBy = (registry: readonly Entry[], digest: string) =>
  registry
    .filter((entry) => entry['what'] === 'manifest' && entry['reference'] === digest && entry['status'] === 200)
    .map((entry) => entry['role'])

/** Layers that prod's registry was found not to have, and that stage's was not asked for: only a build has such. */
function layersOfItsOwn(own: readonly Entry[], read: readonly Entry[]): string[] {
  const given = new Set(read.map((entry) => entry['reference']))
  const missing = own.filter(
    (entry) => entry['what'] === 'blob' && entry['method'] === 'HEAD' && entry['status'] === 404,
  )
  return [...new Set(missing.map((entry) => String(entry['reference'])))].filter((layer) => !given.has(layer))
}

/** What roles of other accounts did, but for becoming the role of this one. */
function callsElsewhere(entries: readonly Entry[], account: string): string[] {
  return entries
    .filter((entry) => entry.type === 'api' && entry['role'] !== undefined && entry['account'] !== account)
    .filter((entry) => entry['service'] !== 'sts')
    .map((entry) => `${entry['service']}:${entry['action']} in ${entry['account']}`)
}
