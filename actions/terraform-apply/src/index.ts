import { run } from '../../../toolkit/runtime.ts'
import { main, post } from './main.ts'

run({ main, post })
