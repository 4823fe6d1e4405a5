/** The first word of a command line that keeps a run's command, in place of a command's name. */
export const keeperWord = '--keep'
