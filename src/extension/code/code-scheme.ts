/** A file of a run's code: the authority is the connection, the path begins with the run's id. */
export const codeScheme = 'runwright-code'
