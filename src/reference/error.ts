// The error of a malformed reference file, and the row that it names.

/** A reference table that cannot be taken as it is; nothing of its file has been stored. The operator acts. */
export class ReferenceDataError extends Error {
  override readonly name = 'ReferenceDataError'
  readonly code = 'REFERENCE_DATA_INVALID'
  readonly file: string
  /** As a spreadsheet counts: the header is row 1. null: the fault is not in one row. */
  readonly row: number | null
  readonly found: string
  readonly expected: string

  constructor(at: FileRow, found: string, expected: string, options?: ErrorOptions) {
    const shown = found.length > 120 ? `${found.slice(0, 120)}…` : found
    super(`${fileRowText(at)}: found ${shown === '' ? 'nothing' : `"${shown}"`}, expected ${expected}`, options)
    this.file = at.file
    this.row = at.row
    this.found = found
    this.expected = expected
  }
}

/** A file and a row in it. */
export interface FileRow {
  readonly file: string
  readonly row: number | null
}

export const fileRowText = ({ file, row }: FileRow): string => (row === null ? file : `${file}, row ${row}`)
