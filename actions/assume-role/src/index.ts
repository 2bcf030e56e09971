import { run } from '../../../toolkit/runtime.ts'
import { main } from './main.ts'
import { post } from './post.ts'
import { githubRunner } from './runner.ts'

run({ main: (world) => main(world, githubRunner(world)), post: (world) => post(world, githubRunner(world)) })
