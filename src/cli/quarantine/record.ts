// What the quarantine's commands ask of a record, and how a record is named.

export const recordFields = 'id source stream key reason path seenAt tries'

/** `QuarantinedRecord:12` for 12; an id that already names its type stays as it is. */
export const globalId = (id: string): string => (id.includes(':') ? id : `QuarantinedRecord:${id}`)
