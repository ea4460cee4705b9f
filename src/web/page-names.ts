// The names of the hub's pages.

/** The pages of the hub: each is a folder here, a folder of the build, and a path of the server. */
export const PAGES = ['sandbox', 'console'] as const

export type PageName = (typeof PAGES)[number]
