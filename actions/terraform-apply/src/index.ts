import { systemClock } from '../../../toolkit/clock.ts'
import { run } from '../../../toolkit/runtime.ts'
import { main } from './main.ts'
import { post } from './post.ts'
import { SCRATCH_STATE } from './state/scratch.ts'
import { interrupt, interruptOrder } from './terraform/interrupter.ts'
import { RUNNING_STATE } from './terraform/left-running.ts'

const order = interruptOrder()
if (order === undefined) run({ main, post, state: [SCRATCH_STATE, RUNNING_STATE] })
else await interrupt(order, systemClock)
