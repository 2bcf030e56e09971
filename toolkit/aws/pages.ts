import { SlipwayError } from '../errors.ts'

/** A hundred times what the largest account has of anything that we list. */
const MOST_PAGES = 1000

/**
 * Reads a list of AWS page by page. `ask` gets the token of the page, and returns that of the next one, or none after the last
 * page: an empty page need not be the last. `list` names the list in the error.
 * @throws SlipwayError for a list without end, such as one of a proxy that repeats its answers.
 */
export async function readPages(list: string, ask: (token?: string) => Promise<string | undefined>): Promise<void> {
  let token: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    token = await (token === undefined ? ask() : ask(token))
    if (!token) return
  }
  throw new SlipwayError(`The ${list} have more than ${MOST_PAGES} pages. The rest was not read.`, {
    hint: 'Check `AWS_ENDPOINT_URL` and the proxy of this runner.',
  })
}
