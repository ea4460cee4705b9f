// The limits of one operation, and whether it exceeds them.

/** How much one operation may ask; what is above is OPERATION_TOO_COMPLEX, and no answer says which number it was. */
export interface OperationLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number
  /** Brackets within brackets, in the document and in the body, counted before parsing. */
  readonly nesting: number
  readonly tokens: number
  /** The four below are counted with fragments expanded. */
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  readonly fields: number
  /** Objects that the answer can contain, by `first` and `last`, lists within lists multiplied. */
  readonly objects: number
}

export const defaultLimits: OperationLimits = {
  bodyBytes: 256 * 1024,
  nesting: 50,
  tokens: 2_000,
  depth: 16,
  aliases: 60,
  directives: 30,
  fields: 450,
  objects: 25_000,
}
