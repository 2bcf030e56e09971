import { describeError } from '../../../toolkit/errors.ts'
import { InputReader } from '../../../toolkit/inputs.ts'
import type { Log } from '../../../toolkit/log.ts'
import type { World } from '../../../toolkit/runtime.ts'

/** The number of an account: in an ARN, in the host of a registry, or alone. Not that of a run in the name of a session. */
const ACCOUNT = /(?<![\w-])\d{12}(?![\w-])/g

/**
 * Runs the action. With `mask-aws-account-id`, the account of the role is masked first, and each other account in a text of ours
 * or of AWS before that text is printed: GitHub's runner hides what it has been told by then. That includes the error.
 */
export async function maskAccounts(world: World, action: (world: World) => Promise<void>): Promise<void> {
  if (!isWanted(world)) return action(world)
  const masked = new Set<string>()
  const mask = (text: string) => {
    for (const [account] of text.matchAll(ACCOUNT)) {
      if (!masked.has(account)) world.log.mask(account)
      masked.add(account)
    }
  }
  mask(new InputReader(world.env).raw('role-to-assume'))
  try {
    await action({ ...world, log: maskingLog(world.log, mask) })
  } catch (error) {
    mask(describeError(error))
    throw error
  }
}

/** A value that is neither true nor false is refused later, and the error may show an account. */
const isWanted = ({ env }: World) => !/^(false)?$/i.test(new InputReader(env).text('mask-aws-account-id') ?? '')

function maskingLog(log: Log, mask: (text: string) => void): Log {
  const first =
    <Rest extends unknown[], Result>(print: (text: string, ...rest: Rest) => Result) =>
    (text: string, ...rest: Rest): Result => {
      mask(text)
      return print(text, ...rest)
    }
  return {
    info: first(log.info),
    debug: first(log.debug),
    notice: first(log.notice),
    warning: first(log.warning),
    error: first(log.error),
    group: (title, task) => {
      mask(title)
      return log.group(title, task)
    },
    mask: log.mask,
  }
}
