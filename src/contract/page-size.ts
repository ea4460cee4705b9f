// Numbered pages that become smaller where an answer is too large.
import { TransportFailure } from '../transport/failure.ts'

/** A page that is asked for by its number, from 0: `size` records, `page` × `size` records behind the first one. */
export interface NumberedPage {
  readonly page: number
  readonly size: number
}

/**
 * Whether an answer was refused for its size: a smaller page may be within the limit.
 *
 * @example
 * if (isTooLarge(error)) page = smallerPage(page) ?? pageAfter(page, full)
 */
export const isTooLarge = (error: unknown): boolean => error instanceof TransportFailure && error.reason === 'TOO_LARGE'

/** So many records in a row that are too large by themselves show that the source ignores the page size. */
export const maxTooLarge = 3

/**
 * The first part of a page in pages that it is made of, as large as they can be; null where it is one record.
 *
 * @example
 * smallerPage({ page: 2, size: 100 }) // { page: 4, size: 50 }, the same first record
 */
export function smallerPage({ page, size }: NumberedPage): NumberedPage | null {
  if (size <= 1) return null
  let parts = 2
  while (size % parts !== 0) parts += 1
  return { page: page * parts, size: size / parts }
}

/**
 * The largest page of at most `max` records that begins `offset` records behind the first one.
 *
 * @example
 * pageFrom(150, 100) // { page: 2, size: 75 }
 */
export function pageFrom(offset: number, max: number): NumberedPage {
  let size = Math.max(1, Math.floor(max))
  while (offset % size !== 0) size -= 1
  return { page: offset / size, size }
}

/**
 * The page behind this one; what was asked for in small parts grows again, at most twofold and up to `full`.
 *
 * @example
 * pageAfter({ page: 4, size: 50 }, 100) // { page: 5, size: 50 }
 */
export function pageAfter({ page, size }: NumberedPage, full: number): NumberedPage {
  return pageFrom((page + 1) * size, Math.min(full, size * 2))
}

/**
 * How many records to ask for: the setting, or the share of it that fits in memory.
 *
 * @example
 * const size = pageSizeOf(context.settings.pageSize, context)
 */
export const pageSizeOf = (setting: number, context: { readonly pageShare?: number }): number =>
  Math.max(1, Math.floor(setting * (context.pageShare ?? 1)))
