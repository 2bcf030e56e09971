import type { InputReader } from '../../../../toolkit/inputs.ts'
import { counted } from '../../../../toolkit/text/counted.ts'

/** Inputs whose lines are settings of the user: one that is left out changes what is deployed. */
const INPUTS = ['environment-variables', 'secrets', 'docker-labels', 'log-configuration-options', 'env-files'] as const

/** One sentence for each input with lines that begin with `#`. Lines can hold secrets, so they are counted, not shown. */
export const commentLines = (reader: InputReader): readonly string[] =>
  INPUTS.flatMap((name) => {
    const count = reader
      .raw(name)
      .split('\n')
      .filter((line) => line.trim().startsWith('#')).length
    if (count === 0) return []
    const [begin, are] =
      count === 1 ? ['begins', 'a comment, which sets nothing'] : ['begin', 'comments, which set nothing']
    return [`\`${name}\` has ${counted(count, 'line')} that ${begin} with \`#\`: ${are}.`]
  })
