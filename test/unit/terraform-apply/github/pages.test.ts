import { limitPages } from '../../../../actions/terraform-apply/src/github/pages.ts'

async function* pages(count: number) {
  for (let page = 1; page <= count; page++) yield page
}

async function read(count: number) {
  const found: number[] = []
  for await (const page of limitPages('issues', pages(count))) found.push(page)
  return found
}

test('passes the pages on', async () => {
  expect(await read(3)).toEqual([1, 2, 3])
})

test('ends a list that has no end', async () => {
  await expect(read(Number.POSITIVE_INFINITY)).rejects.toThrow(
    'The issues have more than 1000 pages. The rest was not read.',
  )
})
