// The procedures of the demonstration that provincial departments handle.

/** A field's procedures: code, working days, who may ask (C citizen, B business), name; the most asked for first. */
export interface ProcedureGroup {
  readonly field: string
  /** Number of the provincial agency under `H53`, or the communes. */
  readonly agency: string
  readonly procedures: readonly (readonly [code: string, days: number, audiences: string, name: string])[]
}

/** Procedures that the province's agencies answer for; of what source, see those of the communes. */
export const provinceProcedures: readonly ProcedureGroup[] = [
  {
    field: 'Đất đai',
    agency: '06',
    procedures: [
      ['1.012783', 5, 'CB', 'Cấp đổi Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất'],
      ['1.012784', 12, 'CB', 'Tách thửa hoặc hợp thửa đất'],
      ['1.012750', 1, 'CB', 'Cung cấp thông tin, dữ liệu đất đai'],
    ],
  },
  {
    field: 'Đăng ký biện pháp bảo đảm',
    agency: '06',
    procedures: [
      ['1.011441', 1, 'CB', 'Đăng ký biện pháp bảo đảm bằng quyền sử dụng đất, tài sản gắn liền với đất'],
      ['1.011443', 1, 'CB', 'Xóa đăng ký biện pháp bảo đảm bằng quyền sử dụng đất, tài sản gắn liền với đất'],
      ['1.011442', 1, 'B', 'Đăng ký thay đổi biện pháp bảo đảm bằng quyền sử dụng đất, tài sản gắn liền với đất'],
    ],
  },
  {
    field: 'Người có công',
    agency: '02',
    procedures: [
      ['1.010833', 3, 'C', 'Cấp giấy xác nhận thân nhân của người có công'],
      [
        '1.010427',
        10,
        'C',
        'Giải quyết trợ cấp thường xuyên đối với người có công với cách mạng mắc bệnh hiểm nghèo có hoàn cảnh khó khăn',
      ],
      ['1.010426', 10, 'C', 'Giải quyết trợ cấp khó khăn đột xuất của đối tượng chính sách'],
      [
        '1.011830',
        15,
        'C',
        'Thủ tục Hỗ trợ lắp đặt hệ thống xử lý nước sạch cho hộ nghèo có thành viên là người có công với cách mạng',
      ],
      [
        '1.011829',
        15,
        'C',
        'Thủ tục Hỗ trợ phương tiện nghe nhìn cho hộ nghèo có thành viên là người có công với cách mạng',
      ],
    ],
  },
  {
    field: 'Việc làm',
    agency: '02',
    procedures: [
      ['1.001978', 20, 'C', 'Giải quyết hưởng trợ cấp thất nghiệp'],
      ['1.000362', 1, 'C', 'Thông báo về việc tìm kiếm việc làm hằng tháng'],
      ['2.001953', 3, 'C', 'Chấm dứt hưởng trợ cấp thất nghiệp'],
      ['1.001966', 3, 'C', 'Tiếp tục hưởng trợ cấp thất nghiệp'],
      ['1.001973', 3, 'C', 'Tạm dừng hưởng trợ cấp thất nghiệp'],
      ['2.000178', 3, 'C', 'Chuyển nơi hưởng trợ cấp thất nghiệp (chuyển đi)'],
      ['2.000148', 1, 'C', 'Hỗ trợ tư vấn, giới thiệu việc làm'],
    ],
  },
  {
    field: 'Thành lập và hoạt động của doanh nghiệp',
    agency: '03',
    procedures: [
      ['2.001610', 3, 'CB', 'Đăng ký thành lập doanh nghiệp tư nhân'],
      ['2.001583', 3, 'CB', 'Đăng ký thành lập công ty TNHH một thành viên'],
      ['2.001199', 3, 'CB', 'Đăng ký thành lập công ty TNHH hai thành viên trở lên'],
      ['2.002043', 3, 'CB', 'Đăng ký thành lập công ty cổ phần'],
      [
        '2.002041',
        3,
        'CB',
        'Đăng ký thay đổi địa chỉ trụ sở chính, đăng ký đổi tên của doanh nghiệp (đối với doanh nghiệp tư nhân, công ty TNHH, công ty cổ phần, công ty hợp danh)',
      ],
      [
        '2.002010',
        3,
        'CB',
        'Đăng ký thay đổi người đại diện theo pháp luật của công ty trách nhiệm hữu hạn, công ty cổ phần',
      ],
      [
        '2.002009',
        3,
        'CB',
        'Đăng ký thay đổi vốn điều lệ, phần vốn góp, tỷ lệ phần vốn góp (đối với công ty TNHH, công ty cổ phần, công ty hợp danh)',
      ],
      [
        '2.001996',
        3,
        'CB',
        'Thông báo thay đổi ngành, nghề kinh doanh (đối với doanh nghiệp tư nhân, công ty TNHH, công ty cổ phần, công ty hợp danh)',
      ],
      [
        '2.002029',
        3,
        'CB',
        'Thông báo tạm ngừng kinh doanh, tiếp tục kinh doanh trước thời hạn đã thông báo (doanh nghiệp, chi nhánh, văn phòng đại diện, địa điểm kinh doanh)',
      ],
      ['2.002020', 5, 'CB', 'Chấm dứt hoạt động chi nhánh, văn phòng đại diện, địa điểm kinh doanh'],
      [
        '2.002023',
        5,
        'CB',
        'Giải thể doanh nghiệp, giải thể trong trường hợp bị thu hồi Giấy chứng nhận đăng ký doanh nghiệp hoặc theo quyết định của Tòa án',
      ],
      ['2.002016', 3, 'CB', 'Hiệu đính thông tin đăng ký doanh nghiệp'],
      ['2.002015', 3, 'CB', 'Cập nhật bổ sung thông tin trong hồ sơ đăng ký doanh nghiệp'],
      ['2.001993', 3, 'CB', 'Đăng ký thay đổi vốn đầu tư của chủ doanh nghiệp tư nhân'],
      [
        '2.002000',
        3,
        'CB',
        'Đăng ký thay đổi chủ doanh nghiệp tư nhân trong trường hợp bán, tặng cho doanh nghiệp, chủ doanh nghiệp chết',
      ],
      [
        '2.002069',
        3,
        'CB',
        'Đăng ký hoạt động chi nhánh, văn phòng đại diện (đối với doanh nghiệp tư nhân, công ty TNHH, công ty cổ phần, công ty hợp danh)',
      ],
    ],
  },
  {
    field: 'Lưu thông hàng hóa trong nước',
    agency: '04',
    procedures: [
      ['2.000620', 10, 'B', 'Cấp Giấy phép bán lẻ rượu'],
      ['2.000181', 10, 'B', 'Cấp Giấy phép bán lẻ sản phẩm thuốc lá'],
    ],
  },
  {
    field: 'Xúc tiến thương mại',
    agency: '04',
    procedures: [
      ['2.000033', 1, 'B', 'Thông báo hoạt động khuyến mại'],
      ['2.001474', 1, 'B', 'Thông báo sửa đổi, bổ sung nội dung chương trình khuyến mại'],
    ],
  },
  {
    field: 'Hoạt động xây dựng',
    agency: '07',
    procedures: [
      [
        '1.009122',
        20,
        'CB',
        'Cấp giấy phép xây dựng có thời hạn đối với công trình, nhà ở riêng lẻ (công trình cấp III, cấp IV)',
      ],
      ['1.013237', 20, 'C', 'Cấp mới chứng chỉ hành nghề hoạt động xây dựng'],
      ['1.013217', 10, 'C', 'Cấp lại chứng chỉ hành nghề hoạt động xây dựng'],
      [
        '1.010908',
        20,
        'CB',
        'Kiểm tra công tác nghiệm thu (đối với công trình xây dựng trên địa bàn thuộc trách nhiệm quản lý của UBND cấp xã)',
      ],
    ],
  },
  {
    field: 'Đường bộ',
    agency: '07',
    procedures: [
      ['1.000703', 5, 'CB', 'Cấp Giấy phép kinh doanh vận tải bằng xe ô tô, bằng xe bốn bánh có gắn động cơ'],
      ['1.004261', 2, 'CB', 'Cấp Giấy phép vận tải qua biên giới'],
      ['1.004259', 2, 'CB', 'Cấp lại Giấy phép vận tải qua biên giới'],
      ['1.000314', 7, 'B', 'Chấp thuận vị trí đấu nối tạm vào đường bộ đang khai thác'],
    ],
  },
  {
    field: 'Hàng hải và đường thủy nội địa',
    agency: '07',
    procedures: [
      ['1.003930', 3, 'CB', 'Cấp lại Giấy chứng nhận đăng ký phương tiện'],
      ['1.004047', 3, 'CB', 'Đăng ký phương tiện lần đầu đối với phương tiện đang khai thác trên đường thủy nội địa'],
      ['2.001711', 3, 'CB', 'Đăng ký lại phương tiện trong trường hợp phương tiện thay đổi tên, tính năng kỹ thuật'],
      [
        '1.004002',
        3,
        'CB',
        'Đăng ký lại phương tiện trong trường hợp chuyển quyền sở hữu phương tiện nhưng không thay đổi cơ quan đăng ký phương tiện',
      ],
    ],
  },
  {
    field: 'Hộ tịch',
    agency: '08',
    procedures: [
      ['2.000528', 5, 'C', 'Thủ tục đăng ký khai sinh có yếu tố nước ngoài'],
      ['2.000806', 10, 'C', 'Thủ tục đăng ký kết hôn có yếu tố nước ngoài'],
      ['1.001766', 5, 'C', 'Thủ tục đăng ký khai tử có yếu tố nước ngoài'],
      [
        '2.000748',
        7,
        'C',
        'Thủ tục thay đổi, cải chính, bổ sung thông tin hộ tịch, xác định lại dân tộc có yếu tố nước ngoài',
      ],
      ['1.000893', 5, 'C', 'Thủ tục đăng ký khai sinh có yếu tố nước ngoài cho người đã có hồ sơ, giấy tờ cá nhân'],
      ['1.001695', 12, 'C', 'Thủ tục đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con có yếu tố nước ngoài'],
    ],
  },
  {
    field: 'Luật sư',
    agency: '08',
    procedures: [['1.002153', 7, 'C', 'Đăng ký hành nghề luật sư với tư cách cá nhân']],
  },
  {
    field: 'Giáo dục trung học',
    agency: '10',
    procedures: [
      ['2.002478', 3, 'C', 'Chuyển trường đối với học sinh trung học phổ thông'],
      ['1.005142', 30, 'C', 'Đăng ký dự thi tốt nghiệp trung học phổ thông'],
      ['1.005090', 20, 'C', 'Xét tuyển sinh vào trường phổ thông dân tộc nội trú'],
      ['1.004988', 20, 'C', 'Cho phép trường trung học phổ thông chuyên hoạt động trở lại'],
    ],
  },
  {
    field: 'Khám bệnh, chữa bệnh',
    agency: '11',
    procedures: [
      [
        '1.012289',
        30,
        'C',
        'Cấp mới giấy phép hành nghề trong giai đoạn chuyển tiếp đối với hồ sơ nộp từ ngày 01 tháng 01 năm 2024 đến thời điểm kiểm tra đánh giá năng lực hành nghề đối với các chức danh bác sỹ, y sỹ, điều dưỡng, hộ sinh, kỹ thuật y, dinh dưỡng lâm sàng, cấp cứu viên ngoại viện, tâm lý lâm sàng',
      ],
      ['1.012278', 60, 'B', 'Cấp mới giấy phép hoạt động khám bệnh, chữa bệnh'],
      ['1.012280', 20, 'B', 'Điều chỉnh giấy phép hoạt động khám bệnh, chữa bệnh'],
      ['1.012279', 20, 'B', 'Cấp lại giấy phép hoạt động khám bệnh, chữa bệnh'],
    ],
  },
  {
    field: 'Thể dục thể thao',
    agency: '09',
    procedures: [
      ['1.000953', 7, 'B', 'Thủ tục cấp Giấy chứng nhận đủ điều kiện kinh doanh hoạt động thể thao đối với môn Yoga'],
      [
        '1.000594',
        7,
        'B',
        'Thủ tục cấp Giấy chứng nhận đủ điều kiện kinh doanh hoạt động thể thao đối với môn Vũ đạo thể thao giải trí',
      ],
      [
        '1.003441',
        5,
        'B',
        'Thủ tục cấp lại Giấy chứng nhận đủ điều kiện kinh doanh hoạt động thể thao trong trường hợp thay đổi nội dung ghi trong giấy chứng nhận',
      ],
      [
        '1.001195',
        7,
        'B',
        'Thủ tục cấp Giấy chứng nhận đủ điều kiện kinh doanh hoạt động thể thao đối với môn Taekwondo',
      ],
    ],
  },
  {
    field: 'Lữ hành',
    agency: '09',
    procedures: [['1.004628', 15, 'C', 'Thủ tục cấp thẻ hướng dẫn viên du lịch quốc tế']],
  },
  {
    field: 'Karaoke, Vũ trường',
    agency: '09',
    procedures: [
      ['1.001029', 5, 'B', 'Thủ tục cấp giấy phép đủ điều kiện kinh doanh dịch vụ karaoke cấp tỉnh'],
      [
        '1.000963',
        4,
        'B',
        'Thủ tục cấp giấy phép điều chỉnh Giấy phép đủ điều kiện kinh doanh dịch vụ karaoke cấp tỉnh',
      ],
    ],
  },
  {
    field: 'Quảng cáo',
    agency: '09',
    procedures: [
      ['1.004650', 5, 'CB', 'Thủ tục tiếp nhận hồ sơ thông báo sản phẩm quảng cáo trên bảng quảng cáo, băng-rôn'],
    ],
  },
  {
    field: 'Bưu chính',
    agency: '12',
    procedures: [['1.003659', 20, 'B', 'Cấp giấy phép bưu chính (cấp tỉnh)']],
  },
  {
    field: 'Môi trường',
    agency: '06',
    procedures: [['1.010731', 10, 'CB', 'Cung cấp thông tin môi trường']],
  },
  {
    field: 'Thú y',
    agency: '06',
    procedures: [['1.003462', 15, 'C', 'Cấp giấy phép nhập khẩu thuốc thú y, nguyên liệu làm thuốc thú y']],
  },
  {
    field: 'Thủy sản',
    agency: '06',
    procedures: [
      [
        '1.004692',
        7,
        'CB',
        'Cấp, cấp lại giấy xác nhận đăng ký nuôi trồng thủy sản lồng bè, đối tượng thủy sản nuôi chủ lực',
      ],
    ],
  },
  {
    field: 'Lâm nghiệp',
    agency: '06',
    procedures: [['2.002467', 18, 'CB', 'Công nhận giống cây trồng lâm nghiệp']],
  },
  {
    field: 'Giải quyết khiếu nại',
    agency: '13',
    procedures: [['2.002407', 30, 'B', 'Thủ tục giải quyết khiếu nại lần đầu tại cấp tỉnh']],
  },
  {
    field: 'Dịch vụ thương mại',
    agency: '14',
    procedures: [['1.006580', 5, 'CB', 'Thủ tục cấp giấy phép kinh doanh tại chợ trong khu kinh tế cửa khẩu']],
  },
]
