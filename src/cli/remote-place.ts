/** Where settings of remotes go. */
export const localOption = {
  type: 'boolean',
  summary: 'Write to .dvc/config.local, which Git does not see; for passwords and keys',
} as const
