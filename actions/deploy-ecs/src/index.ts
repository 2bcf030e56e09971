import { run } from '../../../toolkit/runtime.ts'
import { awsClients } from './aws/clients.ts'
import { POST_STATE } from './change/post-state.ts'
import { main } from './main.ts'
import { post } from './post.ts'

run({ main: (world) => main(world, awsClients), post: (world) => post(world, awsClients), state: POST_STATE })
