import { readPages } from '../../../../toolkit/aws/pages.ts'

test('asks for page after page, until one names no next', async () => {
  const asked: (string | undefined)[] = []
  const answers = ['two', 'three', '']
  await readPages('tasks', async (token) => {
    asked.push(token)
    return answers[asked.length - 1]
  })
  expect(asked).toEqual([undefined, 'two', 'three'])
})

test('ends a list that has no end', async () => {
  let asked = 0
  const endless = readPages('tasks', async () => {
    asked += 1
    return `${asked}`
  })
  await expect(endless).rejects.toThrow('The tasks have more than 1000 pages. The rest was not read.')
  expect(asked).toBe(1000)
})
