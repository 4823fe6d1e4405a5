/** The option of passes that leave small weights alone. */
export const minimum = {
  minElements: { type: 'integer', min: 1, max: 2 ** 31 - 1, default: 256, summary: 'Smaller weights stay as they are' },
} as const
