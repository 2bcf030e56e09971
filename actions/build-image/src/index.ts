import { run } from '../../../toolkit/runtime.ts'
import { main } from './main.ts'
import { post } from './post.ts'

run({ main, post })
