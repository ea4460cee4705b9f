// What the conversion table's notes say of a merged unit.

/** What the table says of a merge, and whether all of the old unit went to the new one. */
export interface MergeNote {
  readonly text: string
  readonly whole: boolean
  /** The table says it in words that are not known: it counts as a part until someone looks. */
  readonly unknown: boolean
}

/**
 * Whole: `Nhập toàn bộ`, `Giữ nguyên` and a mere change of name or kind. Part: every note that speaks of a part, also of a part
 * of the area with all of the people, because a place in that unit may lie on either side. The misspelling `Nhâp` is mended.
 */
export function mergeNote(published: string): MergeNote {
  const text = published.replace(/^Nhâp /, 'Nhập ')
  const part = /một phần|phần còn lại/i.test(text)
  const known = part || /^(Nhập toàn bộ|Giữ nguyên|Đổi tên|Đổi loại hình|Sắp xếp toàn bộ)/.test(text)
  return { text, whole: known && !part, unknown: !known }
}
