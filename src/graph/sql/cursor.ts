// Seals and opens the cursors of lists.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { hubError } from '../../access/error.ts'

/** Seals positions in lists; a cursor is good only for the query and the caller that it was made for. */
export interface Cursors {
  seal(position: readonly unknown[], binding: string): string
  /** Throws BAD_USER_INPUT for a cursor that was altered, or belongs to another query or caller. */
  open(cursor: string, binding: string): readonly unknown[]
}

export function openCursors(key: Uint8Array): Cursors {
  const mac = (text: string, binding: string): Buffer =>
    createHmac('sha256', key).update(`${text.length}:${text}${binding}`).digest().subarray(0, 12)
  return {
    seal(position, binding) {
      const text = JSON.stringify(position)
      return Buffer.concat([mac(text, binding), Buffer.from(text)]).toString('base64url')
    },
    open(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url')
      const text = bytes.subarray(12).toString()
      const whole = bytes.length > 12 && bytes.toString('base64url') === cursor
      if (!whole || !timingSafeEqual(mac(text, binding), bytes.subarray(0, 12))) {
        throw hubError(
          'BAD_USER_INPUT',
          'Con trỏ không thuộc truy vấn này. · The cursor does not belong to this query: take it from an answer to the same query.',
        )
      }
      return JSON.parse(text) as unknown[]
    },
  }
}
