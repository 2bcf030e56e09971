import { run } from '../../../toolkit/runtime.ts'
import { withProxy } from './inputs/proxy-input.ts'
import { EXPORTED, main } from './main.ts'
import { post } from './post.ts'
import { githubRunner } from './runner.ts'

run({
  main: async (given) => {
    const world = withProxy(given)
    await main(world, githubRunner(world))
  },
  post: (world) => post(world, githubRunner(world)),
  state: [EXPORTED],
})
