/** Options of passes that quantize weights in blocks. */
export const blockOptions = {
  blockSize: {
    type: 'choice',
    choices: ['16', '32', '64', '128', '256'],
    default: '128',
    summary: 'Weights of a column that have a scale in common; fewer are more exact and take more space',
  },
  symmetric: {
    type: 'boolean',
    default: false,
    summary: 'Keep zero in the middle of the range, which saves a little space and costs accuracy',
  },
  accuracy: {
    type: 'choice',
    choices: ['float32', 'int8'],
    default: 'float32',
    summary: 'What the runtime may round activations to inside of a product; int8 is faster',
  },
  embeddings: {
    type: 'boolean',
    default: true,
    summary: 'Keep tables that rows are taken from in few bits too',
  },
} as const
