/** Takes the exit code of what a command did. */
export type Does = (code: number) => void
