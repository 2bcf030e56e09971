import { commentLines } from '../../../../actions/deploy-ecs/src/inputs/comment-lines.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

test('counts the lines of each input that are comments, and does not show them', () => {
  const reader = new InputReader({
    'INPUT_ENVIRONMENT-VARIABLES': 'A=1\n  #PIN=73310\r\n# old\nCOLOR=#fff',
    'INPUT_DOCKER-LABELS': '#a=1',
    INPUT_SECRETS: 'TOKEN=/web/token',
  })
  expect(commentLines(reader)).toEqual([
    '`environment-variables` has 2 lines that begin with `#`: comments, which set nothing.',
    '`docker-labels` has 1 line that begins with `#`: a comment, which sets nothing.',
  ])
})
