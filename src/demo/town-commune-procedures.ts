// The procedures of the demonstration that communes handle.
import type { ProcedureGroup } from './town-province-procedures.ts'

/**
 * Procedures of the national database (dichvucong.gov.vn) that communes take in. Codes, names and
 * audiences as published; the days are the demonstration's own, near the usual ones.
 */
export const communeProcedures: readonly ProcedureGroup[] = [
  {
    field: 'Đăng ký, quản lý cư trú',
    agency: 'ward',
    procedures: [
      ['1.004194', 3, 'CB', 'Đăng ký tạm trú'],
      ['1.004222', 7, 'C', 'Đăng ký thường trú'],
      ['1.010041', 1, 'CB', 'Xác nhận thông tin về cư trú'],
      ['2.001159', 1, 'CB', 'Thông báo lưu trú'],
      ['1.002755', 3, 'C', 'Gia hạn tạm trú'],
      ['1.010039', 5, 'C', 'Điều chỉnh thông tin về cư trú trong Cơ sở dữ liệu về cư trú'],
      ['1.010028', 1, 'CB', 'Xóa đăng ký tạm trú'],
      ['1.003677', 1, 'C', 'Khai báo tạm vắng'],
      ['1.010038', 5, 'C', 'Tách hộ'],
      ['1.003197', 1, 'C', 'Xóa đăng ký thường trú'],
      [
        '1.010040',
        2,
        'C',
        'Khai báo thông tin về cư trú đối với người chưa đủ điều kiện đăng ký thường trú, đăng ký tạm trú',
      ],
    ],
  },
  {
    field: 'Hộ tịch',
    agency: 'ward',
    procedures: [
      ['1.001193', 1, 'C', 'Thủ tục đăng ký khai sinh'],
      ['1.000894', 1, 'C', 'Thủ tục đăng ký kết hôn'],
      ['1.004873', 3, 'C', 'Thủ tục cấp Giấy xác nhận tình trạng hôn nhân'],
      ['1.000656', 1, 'C', 'Thủ tục đăng ký khai tử'],
      ['2.000635', 1, 'C', 'Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh'],
      ['1.001022', 3, 'C', 'Thủ tục đăng ký nhận cha, mẹ, con'],
      ['1.004859', 5, 'C', 'Thủ tục thay đổi, cải chính, bổ sung thông tin hộ tịch, xác định lại dân tộc'],
      ['1.004884', 5, 'C', 'Thủ tục đăng ký lại khai sinh'],
      ['1.004746', 5, 'C', 'Thủ tục đăng ký lại kết hôn'],
      ['1.005461', 5, 'C', 'Đăng ký lại khai tử'],
      ['1.000689', 3, 'C', 'Thủ tục đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con'],
      ['1.004772', 5, 'C', 'Thủ tục đăng ký khai sinh cho người đã có hồ sơ, giấy tờ cá nhân'],
      ['1.003583', 5, 'C', 'Thủ tục đăng ký khai sinh lưu động'],
      ['1.000593', 5, 'C', 'Thủ tục đăng ký kết hôn lưu động'],
      ['1.000419', 5, 'C', 'Thủ tục đăng ký khai tử lưu động'],
      ['2.002516', 3, 'C', 'Thủ tục xác nhận thông tin hộ tịch'],
    ],
  },
  {
    field: 'Chứng thực',
    agency: 'ward',
    procedures: [
      [
        '2.000815',
        1,
        'CB',
        'Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan, tổ chức có thẩm quyền của Việt Nam; cơ quan, tổ chức có thẩm quyền của nước ngoài; cơ quan, tổ chức có thẩm quyền của Việt Nam liên kết với cơ quan, tổ chức có thẩm quyền của nước ngoài cấp hoặc chứng nhận',
      ],
      ['2.001035', 2, 'CB', 'Chứng thực giao dịch liên quan đến tài sản là động sản, quyền sử dụng đất, nhà ở'],
      ['2.000942', 1, 'CB', 'Thủ tục cấp bản sao có chứng thực từ bản chính hợp đồng, giao dịch đã được chứng thực'],
      ['2.000913', 2, 'B', 'Chứng thực việc sửa đổi, bổ sung, hủy bỏ giao dịch'],
    ],
  },
  {
    field: 'Thành lập và hoạt động doanh nghiệp (hộ kinh doanh)',
    agency: 'ward',
    procedures: [
      ['1.001612', 3, 'C', 'Đăng ký thành lập hộ kinh doanh'],
      ['2.000720', 3, 'C', 'Đăng ký thay đổi nội dung đăng ký hộ kinh doanh'],
      ['1.001266', 3, 'C', 'Chấm dứt hoạt động hộ kinh doanh'],
      ['1.001570', 3, 'C', 'Tạm ngừng kinh doanh, tiếp tục kinh doanh trước thời hạn đã thông báo của hộ kinh doanh'],
      [
        '2.000575',
        3,
        'C',
        'Cấp lại Giấy chứng nhận đăng ký hộ kinh doanh, Cấp đổi sang Giấy chứng nhận đăng ký hộ kinh doanh',
      ],
    ],
  },
  {
    field: 'Hộ tịch - Đăng ký thường trú - Bảo trợ xã hội - Người có công',
    agency: 'ward',
    procedures: [
      ['2.002621', 4, 'C', 'Đăng ký khai sinh, đăng ký thường trú, cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi'],
      ['2.002622', 5, 'C', 'Đăng ký khai tử, xóa đăng ký thường trú, giải quyết mai táng phí, tử tuất'],
    ],
  },
  {
    field: 'Bảo trợ xã hội',
    agency: 'ward',
    procedures: [
      ['1.001699', 25, 'C', 'Xác định, xác định lại mức độ khuyết tật và cấp Giấy xác nhận khuyết tật'],
      ['1.001731', 3, 'C', 'Hỗ trợ chi phí mai táng cho đối tượng bảo trợ xã hội'],
      ['1.012749', 5, 'CB', 'Hỗ trợ chi phí khuyến khích sử dụng hình thức hỏa táng'],
      [
        '2.000286',
        32,
        'C',
        'Tiếp nhận đối tượng bảo trợ xã hội có hoàn cảnh đặc biệt khó khăn vào cơ sở trợ giúp xã hội',
      ],
    ],
  },
  {
    field: 'Thành lập và hoạt động của tổ hợp tác, hợp tác xã, liên hiệp hợp tác xã',
    agency: 'ward',
    procedures: [
      ['1.004982', 5, 'C', 'Đăng ký giải thể hợp tác xã, liên hiệp hợp tác xã'],
      ['1.004901', 3, 'C', 'Cấp đổi Giấy chứng nhận đăng ký hợp tác xã, liên hiệp hợp tác xã'],
      [
        '1.005010',
        3,
        'C',
        'Chấm dứt hoạt động chi nhánh, văn phòng đại diện, địa điểm kinh doanh của hợp tác xã, liên hiệp hợp tác xã',
      ],
      ['2.002648', 3, 'C', 'Hiệu đính, cập nhật, bổ sung thông tin đăng ký hợp tác xã, liên hiệp hợp tác xã'],
    ],
  },
  {
    field: 'Nuôi con nuôi',
    agency: 'ward',
    procedures: [['2.001263', 30, 'C', 'Đăng ký việc nuôi con nuôi trong nước']],
  },
  {
    field: 'Giáo dục tiểu học',
    agency: 'ward',
    procedures: [['1.005099', 1, 'C', 'Chuyển trường đối với học sinh tiểu học']],
  },
  {
    field: 'Tín ngưỡng, tôn giáo',
    agency: 'ward',
    procedures: [
      [
        '1.012584',
        15,
        'C',
        'Thủ tục đề nghị thay đổi địa điểm sinh hoạt tôn giáo tập trung trong địa bàn một xã (cấp xã)',
      ],
    ],
  },
]
