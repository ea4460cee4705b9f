// Folders of the checkout.
import { fileURLToPath } from 'node:url'

/** The same whatever folder the command was called in. */
export const root = fileURLToPath(new URL('../../', import.meta.url))
export const connectorsFolder = fileURLToPath(new URL('../../connectors/', import.meta.url))
export const pagesFolder = fileURLToPath(new URL('../../dist/web/', import.meta.url))
