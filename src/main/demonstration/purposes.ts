// The purposes for which data are read in the demonstration province.

export const demonstrationPurposes = [
  {
    code: 'dossier-handling',
    title: { vi: 'Giải quyết hồ sơ', en: 'Handling of dossiers' },
    legalBasis: 'Mục đích trình diễn · for the demonstration',
  },
  {
    code: 'statistics',
    title: { vi: 'Thống kê', en: 'Statistics' },
    legalBasis: 'Mục đích trình diễn · for the demonstration',
  },
  {
    code: 'audit',
    title: { vi: 'Kiểm tra, giám sát', en: 'Audit' },
    legalBasis: 'Mục đích trình diễn · for the demonstration',
  },
] as const
