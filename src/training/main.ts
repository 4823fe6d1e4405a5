/** Training aids for programs in JavaScript: `import { checkpoint, resume } from 'runwright/training'`. */
export { cached, type CacheOptions } from './cached.ts'
export { checkpoint, type Checkpoint, type CheckpointOptions, resume } from './checkpoint.ts'
export { type CheckpointRequest, onCheckpointRequest } from './checkpoint-request.ts'
export { waitForUploads } from './checkpoint-uploads.ts'
export { data } from './data.ts'
export { inputFile, type InputFile } from './digest.ts'
export { world, type World } from './world.ts'
