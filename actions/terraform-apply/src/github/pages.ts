import { SlipwayError } from '../../../../toolkit/errors.ts'

/** A hundred thousand comments or issues. */
const MOST_PAGES = 1000

/** The pages of a list of GitHub's. @throws SlipwayError for a list without end, such as one of a proxy that repeats its answers. */
export async function* limitPages<T>(list: string, pages: AsyncIterable<T>): AsyncGenerator<T> {
  let read = 0
  for await (const page of pages) {
    yield page
    read += 1
    if (read < MOST_PAGES) continue
    throw new SlipwayError(`The ${list} have more than ${MOST_PAGES} pages. The rest was not read.`, {
      hint: 'Check GITHUB_API_URL and the proxy of this runner.',
    })
  }
}
