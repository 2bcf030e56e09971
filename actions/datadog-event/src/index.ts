import { run } from '../../../toolkit/runtime.ts'
import { main } from './main.ts'

run({ main })
